#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gatewayd/net/buffer_pool.h"

typedef struct ssl_st SSL;  // OpenSSL's own names
typedef struct x509_st X509;

namespace gateway::net {

class Stream;
struct IoResult;

struct FreeSsl {
  void operator()(SSL* ssl) const;
};
using SslPointer = std::unique_ptr<SSL, FreeSsl>;

// TLS over one stream's socket, see Stream::secure(). OpenSSL reads and writes the socket itself
// and holds no record buffers while nothing is under way, so that an idle connection holds little.
// On the stream's thread.
class TlsSession {
 public:
  // How far a handshake came.
  enum class Step : std::uint8_t { done, needs_input, needs_room, failed };

  // Bytes that a peer may send without any of them being data of the application: tickets and key
  // updates are small and few.
  static constexpr std::size_t kMaxSilentBytes = 256 * 1024;

  // `ssl`: in its accept or connect state, with its names and certificates set. `needs`: what must
  // live as long as it.
  explicit TlsSession(SslPointer ssl, std::shared_ptr<const void> needs = nullptr)
      : needs_(std::move(needs)), ssl_(std::move(ssl)) {}

  Step handshake();

  // As Stream's own. `closed`: the peer said that it will send no more (close_notify). `failed`: a
  // broken record, or an end that TLS did not announce; what there is to tell the peer (an alert)
  // has then been told.
  IoResult recv(Buffer& into);
  IoResult send(const iovec* parts, std::size_t count);

  // Whether nothing has come but what TLS keeps to itself.
  bool is_silent();

  // Says that nothing more will be sent (close_notify), as far as the socket takes it. Says nothing
  // after a failure: that has told its own.
  void end();

  bool established() const { return established_; }
  // The protocol that both sides agreed on (RFC 7301); empty: none.
  std::string_view alpn() const;
  // The name that the client asked for (RFC 6066 §3); empty: none.
  std::string_view server_name() const;
  // "TLSv1.3"
  const char* version() const;
  bool resumed() const;
  // The peer's certificate, verified if this side asks for that; null: it showed none.
  const X509* peer_certificate() const;
  // Whether it failed because the peer's certificate was not to be trusted.
  bool is_distrusted() const;
  // Why a handshake failed, for the log: "no shared cipher".
  const std::string& fault() const { return fault_; }
  SSL* native() const { return ssl_.get(); }

 private:
  friend class Stream;
  friend struct SocketBio;

  // Has OpenSSL read and write `stream`'s socket; the stream then has this one.
  void attach(Stream& stream);
  // Told by the stream when the socket has room again; true when reading has waited for that.
  bool take_wait_for_room() { return std::exchange(reads_wait_for_room_, false); }
  void note_fault(const char* when);

  const std::shared_ptr<const void> needs_;
  SslPointer ssl_;
  Stream* stream_ = nullptr;
  std::size_t silent_bytes_ = 0;
  bool established_ = false;
  bool broken_ = false;
  bool reads_wait_for_room_ = false;
  std::string fault_;
};

}  // namespace gateway::net
