#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gatewayd/net/staple.h"
#include "gatewayd/net/ticket_keys.h"
#include "gatewayd/net/tls_session.h"
#include "shared/base/result.h"
#include "shared/policy/certificate.h"
#include "shared/policy/name_choice.h"

typedef struct ssl_ctx_st SSL_CTX;  // OpenSSL's own name

namespace gateway::net {

// How one listener speaks TLS.
struct TlsServerSettings {
  std::vector<policy::Certificate::Pointer> certificates;  // not empty; the first is the default
  std::vector<std::shared_ptr<const Staple>> staples;      // by certificate; null: none
  bool tls13_only = false;
  std::string ciphers;  // of TLS 1.2, in OpenSSL's form; empty: kIntermediateCiphers
  std::string suites;   // of TLS 1.3; empty: OpenSSL's own
  bool http2 = false;   // offer h2 before http/1.1 (RFC 7301)
  enum class ClientAuth : std::uint8_t { off, optional, required };
  ClientAuth client_auth = ClientAuth::off;
  std::vector<policy::X509Pointer> client_authorities;
  std::string identity;                       // sessions of another identity are not resumed
  std::shared_ptr<const TicketKeys> tickets;  // null: sessions are not resumed
};

// Mozilla's intermediate configuration, its suites without an elliptic curve left out.
inline constexpr const char* kIntermediateCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// Makes the TLS sessions of one listener's connections. Immutable, shared by all workers; must
// outlive its sessions. Any thread.
class TlsServer {
 public:
  // The error says which setting OpenSSL does not take.
  static Result<std::shared_ptr<const TlsServer>, std::string> make(TlsServerSettings settings);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  // Null when out of memory.
  std::unique_ptr<TlsSession> accept() const;

 private:
  friend struct TlsServerCallbacks;
  struct FreeContext {
    void operator()(SSL_CTX* context) const;
  };
  using ContextPointer = std::unique_ptr<SSL_CTX, FreeContext>;

  explicit TlsServer(TlsServerSettings settings);
  std::string set_up(SSL_CTX* context, std::size_t certificate);
  void ask_clients(SSL_CTX* context) const;
  void resume_sessions(SSL_CTX* context) const;

  TlsServerSettings settings_;
  policy::NameChoice choice_;
  std::vector<ContextPointer> contexts_;  // one for each certificate
};

}  // namespace gateway::net
