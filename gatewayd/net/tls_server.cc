#include "gatewayd/net/tls_server.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <string_view>

namespace gateway::net {
namespace {

// One is enough: each connection that is resumed brings the next.
constexpr std::size_t kTickets = 1;
// A ticket's key opens it for one to two of its periods, which may end it sooner.
constexpr long kSessionTime = 12L * 3600;  // seconds
// In the order of Mozilla's intermediate configuration.
constexpr const char* kGroups = "X25519:P-256:P-384";

constexpr int kMaxDepth = 8;  // of a client's chain

constexpr std::string_view kH2 = "\x02h2";
constexpr std::string_view kHttp1 = "\x08http/1.1";

std::string fault_of(const char* what) {
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return fmt::format("{}: {}", what, reason != nullptr ? reason : "OpenSSL does not take it");
}

std::vector<std::vector<std::string>> names_of(
    const std::vector<policy::Certificate::Pointer>& certificates) {
  std::vector<std::vector<std::string>> names;
  for (const auto& one : certificates) names.push_back(one->facts().names);
  return names;
}

bool use(SSL_CTX* context, const policy::Certificate& certificate) {
  STACK_OF(X509)* const rest = sk_X509_new_null();
  for (std::size_t i = 1; i < certificate.chain().size(); ++i) {
    sk_X509_push(rest, certificate.chain()[i].get());
  }
  const int used =
      SSL_CTX_use_cert_and_key(context, certificate.leaf(), certificate.key(), rest, 1);
  sk_X509_free(rest);
  return used == 1;
}

}  // namespace

struct TlsServerCallbacks {
  // Which certificate answers to the name that the client asks for.
  static int choose_certificate(SSL* ssl, int*, void* of) {
    const auto& server = *static_cast<const TlsServer*>(of);
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    const std::size_t chosen = server.choice_.choose(name);
    if (chosen != 0) SSL_set_SSL_CTX(ssl, server.contexts_[chosen].get());
    return SSL_TLSEXT_ERR_OK;
  }

  // The protocol, ours before theirs. Who asks for none that we know is refused (RFC 7301 §3.2).
  static int choose_protocol(SSL*, const unsigned char** out, unsigned char* size,
                             const unsigned char* asked, unsigned asked_size, void* of) {
    const auto& server = *static_cast<const TlsServer*>(of);
    std::string ours(server.settings_.http2 ? kH2 : std::string_view());
    ours.append(kHttp1);
    unsigned char* chosen = nullptr;
    const int found =
        SSL_select_next_proto(&chosen, size, reinterpret_cast<const unsigned char*>(ours.data()),
                              static_cast<unsigned>(ours.size()), asked, asked_size);
    if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    // `chosen` points into `ours`, which ends here.
    *out = reinterpret_cast<const unsigned char*>(*size == 2 ? kH2.data() : kHttp1.data()) + 1;
    return SSL_TLSEXT_ERR_OK;
  }

  // The OCSP answer of the certificate that was chosen.
  static int staple(SSL* ssl, void* of) {
    const auto& settings = static_cast<const TlsServer*>(of)->settings_;
    const X509* const chosen = SSL_get_certificate(ssl);
    for (std::size_t i = 0; i < settings.staples.size(); ++i) {
      if (settings.certificates[i]->leaf() != chosen || settings.staples[i] == nullptr) continue;
      const auto answer = settings.staples[i]->answer();
      if (answer == nullptr) break;
      auto* const copy =
          static_cast<unsigned char*>(OPENSSL_memdup(answer->data(), answer->size()));
      SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(answer->size()));
      return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
  }

  static int seal_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                         EVP_MAC_CTX* mac, int seal) {
    const SSL_CTX* const context = SSL_get_SSL_CTX(ssl);
    const auto& server = *static_cast<const TlsServer*>(SSL_CTX_get_app_data(context));
    return server.settings_.tickets->apply(name, iv, cipher, mac, seal);
  }
};

void TlsServer::FreeContext::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

TlsServer::TlsServer(TlsServerSettings settings)
    : settings_(std::move(settings)), choice_(names_of(settings_.certificates)) {}

TlsServer::~TlsServer() = default;

Result<std::shared_ptr<const TlsServer>, std::string> TlsServer::make(TlsServerSettings settings) {
  const std::shared_ptr<TlsServer> made(new TlsServer(std::move(settings)));
  for (std::size_t i = 0; i < made->settings_.certificates.size(); ++i) {
    made->contexts_.emplace_back(SSL_CTX_new(TLS_server_method()));
    if (made->contexts_.back() == nullptr) return fault_of("TLS");
    std::string fault = made->set_up(made->contexts_.back().get(), i);
    if (!fault.empty()) return fault;
  }
  return std::shared_ptr<const TlsServer>(made);
}

std::string TlsServer::set_up(SSL_CTX* context, std::size_t certificate) {
  ERR_clear_error();
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_min_proto_version(context, settings_.tls13_only ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context, 1);
  const std::string& ciphers = settings_.ciphers;
  if (SSL_CTX_set_cipher_list(context, ciphers.empty() ? kIntermediateCiphers : ciphers.c_str()) !=
      1) {
    return fault_of("ciphers");
  }
  if (!settings_.suites.empty() &&
      SSL_CTX_set_ciphersuites(context, settings_.suites.c_str()) != 1) {
    return fault_of("suites");
  }
  SSL_CTX_set1_groups_list(context, kGroups);
  // Two kinds of key for the same names are offered together: the client's abilities choose.
  const auto& all = settings_.certificates;
  for (std::size_t i = all.size(); i-- > certificate;) {
    if (i != certificate && all[i]->facts().names != all[certificate]->facts().names) continue;
    if (!use(context, *all[i])) return fault_of("certificate");
  }
  SSL_CTX_set_alpn_select_cb(context, TlsServerCallbacks::choose_protocol, this);
  SSL_CTX_set_tlsext_servername_callback(context, TlsServerCallbacks::choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(context, this);
  SSL_CTX_set_tlsext_status_cb(context, TlsServerCallbacks::staple);
  SSL_CTX_set_tlsext_status_arg(context, this);
  ask_clients(context);
  resume_sessions(context);
  return {};
}

void TlsServer::ask_clients(SSL_CTX* context) const {
  using Asked = TlsServerSettings::ClientAuth;
  if (settings_.client_auth == Asked::off) return;
  const bool needed = settings_.client_auth == Asked::required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (needed ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  SSL_CTX_set_verify_depth(context, kMaxDepth);
  X509_STORE* const trusted = SSL_CTX_get_cert_store(context);
  for (const policy::X509Pointer& authority : settings_.client_authorities) {
    X509_STORE_add_cert(trusted, authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
}

void TlsServer::resume_sessions(SSL_CTX* context) const {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, kSessionTime);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  EVP_Digest(settings_.identity.data(), settings_.identity.size(), hash.data(), &size, EVP_sha256(),
             nullptr);
  SSL_CTX_set_session_id_context(context, hash.data(), size);
  if (settings_.tickets == nullptr) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
  } else {
    SSL_CTX_set_num_tickets(context, kTickets);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, TlsServerCallbacks::seal_ticket);
  }
}

std::unique_ptr<TlsSession> TlsServer::accept() const {
  SslPointer ssl(SSL_new(contexts_.front().get()));
  if (ssl == nullptr) return nullptr;
  SSL_set_accept_state(ssl.get());
  return std::make_unique<TlsSession>(std::move(ssl));
}

}  // namespace gateway::net
