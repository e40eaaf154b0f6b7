#pragma once

#include <openssl/types.h>

#include <memory>
#include <mutex>
#include <string>

#include "gatewayd/net/tls_session.h"
#include "shared/base/result.h"
#include "shared/policy/certificate.h"

typedef struct ssl_session_st SSL_SESSION;  // OpenSSL's own name

namespace gateway::net {

// How the gateway speaks TLS to the instances of one service.
struct TlsClientSettings {
  bool verify = true;
  std::string authorities;           // PEM; empty: the system's
  policy::Certificate::Pointer own;  // what it shows; null: nothing
};

// What the connections to one service's instances share. Immutable; any thread.
class TlsClient {
 public:
  // The error says what OpenSSL does not take.
  static Result<std::shared_ptr<const TlsClient>, std::string> make(TlsClientSettings settings);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // Whether it was made of the same settings, so that what was agreed under one holds under the
  // other.
  bool is_like(const TlsClient& other) const;

 private:
  friend class TlsPeer;
  TlsClient(SSL_CTX* context, TlsClientSettings settings);

  SSL_CTX* context_;
  TlsClientSettings settings_;
};

// One instance as a TLS client sees it: by what name it is asked for and verified, and the session
// with it that the next connection resumes. Shared by all workers; any thread.
class TlsPeer : public std::enable_shared_from_this<TlsPeer> {
 public:
  // `name`: a DNS name, which is asked for (SNI), or an IP address, which cannot be.
  TlsPeer(std::shared_ptr<const TlsClient> client, std::string name);
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  // The session of one new connection, which keeps this peer alive; null when out of memory.
  // `http2`: offer h2 before http/1.1 (RFC 7301).
  std::unique_ptr<TlsSession> begin(bool http2 = false);

  const std::string& name() const { return name_; }
  const TlsClient& client() const { return *client_; }

 private:
  friend struct TlsPeerCallbacks;
  void remember(SSL_SESSION* session);  // takes it over

  const std::shared_ptr<const TlsClient> client_;
  const std::string name_;
  std::mutex mutex_;
  SSL_SESSION* session_ = nullptr;  // the last one; null: none yet
};

}  // namespace gateway::net
