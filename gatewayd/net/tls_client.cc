#include "gatewayd/net/tls_client.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string_view>

#include "shared/base/ip.h"

namespace gateway::net {
namespace {

constexpr std::string_view kHttp1 = "\x08http/1.1";
constexpr std::string_view kBoth = "\x02h2\x08http/1.1";

std::string fault_of(const char* what) {
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return fmt::format("{}: {}", what, reason != nullptr ? reason : "OpenSSL does not take it");
}

bool show(SSL_CTX* context, const policy::Certificate& own) {
  STACK_OF(X509)* const rest = sk_X509_new_null();
  for (std::size_t i = 1; i < own.chain().size(); ++i) sk_X509_push(rest, own.chain()[i].get());
  const int used = SSL_CTX_use_cert_and_key(context, own.leaf(), own.key(), rest, 1);
  sk_X509_free(rest);
  return used == 1;
}

// False when there are none to trust.
bool trust(SSL_CTX* context, const std::string& authorities) {
  if (authorities.empty()) return SSL_CTX_set_default_verify_paths(context) == 1;
  const auto all = policy::read_certificates(authorities);
  X509_STORE* const trusted = SSL_CTX_get_cert_store(context);
  for (const policy::X509Pointer& one : all) X509_STORE_add_cert(trusted, one.get());
  // Who names an intermediate authority alone trusts it, without its own issuer.
  X509_STORE_set_flags(trusted, X509_V_FLAG_PARTIAL_CHAIN);
  return !all.empty();
}

}  // namespace

struct TlsPeerCallbacks {
  static int new_session(SSL* ssl, SSL_SESSION* session) {
    static_cast<TlsPeer*>(SSL_get_app_data(ssl))->remember(session);
    return 1;
  }
};

TlsClient::TlsClient(SSL_CTX* context, TlsClientSettings settings)
    : context_(context), settings_(std::move(settings)) {}

TlsClient::~TlsClient() {
  SSL_CTX_free(context_);
}

Result<std::shared_ptr<const TlsClient>, std::string> TlsClient::make(TlsClientSettings settings) {
  ERR_clear_error();
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return fault_of("TLS");
  const std::shared_ptr<const TlsClient> made(new TlsClient(context, std::move(settings)));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  if (made->settings_.verify) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (!trust(context, made->settings_.authorities)) return fault_of("authorities");
  }
  if (made->settings_.own != nullptr && !show(context, *made->settings_.own)) {
    return fault_of("certificate");
  }
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, TlsPeerCallbacks::new_session);
  ERR_clear_error();
  return made;
}

bool TlsClient::is_like(const TlsClient& other) const {
  const auto own = [](const TlsClientSettings& settings) {
    return settings.own != nullptr ? settings.own->facts().sha256 : std::string();
  };
  return settings_.verify == other.settings_.verify &&
         settings_.authorities == other.settings_.authorities &&
         own(settings_) == own(other.settings_);
}

TlsPeer::TlsPeer(std::shared_ptr<const TlsClient> client, std::string name)
    : client_(std::move(client)), name_(std::move(name)) {}

TlsPeer::~TlsPeer() {
  SSL_SESSION_free(session_);
}

void TlsPeer::remember(SSL_SESSION* session) {
  {
    const std::lock_guard lock(mutex_);
    std::swap(session, session_);
  }
  SSL_SESSION_free(session);
}

std::unique_ptr<TlsSession> TlsPeer::begin(bool http2) {
  SslPointer ssl(SSL_new(client_->context_));
  if (ssl == nullptr) return nullptr;
  SSL_set_connect_state(ssl.get());
  SSL_set_app_data(ssl.get(), this);
  if (parse_ip(name_)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), name_.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl.get(), name_.c_str());
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl.get(), name_.c_str());
  }
  const std::string_view protocols = http2 ? kBoth : kHttp1;
  SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  {
    const std::lock_guard lock(mutex_);
    if (session_ != nullptr) SSL_set_session(ssl.get(), session_);
  }
  return std::make_unique<TlsSession>(std::move(ssl), shared_from_this());
}

}  // namespace gateway::net
