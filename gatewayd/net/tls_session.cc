#include "gatewayd/net/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>

#include "gatewayd/net/stream.h"

namespace gateway::net {
namespace {

// What one record carries at most (RFC 8446 §5.1).
constexpr std::size_t kRecord = std::size_t{16} * 1024;

// What another use of OpenSSL has left on this thread would be taken for this call's. To clear the
// queue costs more than to look at it.
void forget_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

// OpenSSL's way to the socket. A socket that is known to be empty is not asked again: the stream
// hears of it when there is more.
struct SocketBio {
  static int read(BIO* bio, char* to, int size) {
    BIO_clear_retry_flags(bio);
    Stream& stream = *static_cast<Stream*>(BIO_get_data(bio));
    if ((stream.input_ & Stream::kSocket) == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const IoResult result = stream.recv_socket(to, static_cast<std::size_t>(size));
    if (result.io == Io::done) {
      stream.tls_->silent_bytes_ += result.bytes;
      return static_cast<int>(result.bytes);
    }
    if (result.io == Io::would_block) BIO_set_retry_read(bio);
    return result.io == Io::closed ? 0 : -1;
  }

  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    Stream& stream = *static_cast<Stream*>(BIO_get_data(bio));
    const iovec part{const_cast<char*>(from), static_cast<std::size_t>(size)};
    const IoResult result = stream.send_socket(&part, 1);
    if (result.io == Io::done) return static_cast<int>(result.bytes);
    if (result.io == Io::would_block) BIO_set_retry_write(bio);
    return -1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
      BIO_meth_set_read(method, read);
      BIO_meth_set_write(method, write);
      BIO_meth_set_ctrl(method, control);
      return method;
    }();
    return made;
  }
};

void FreeSsl::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

void TlsSession::attach(Stream& stream) {
  stream_ = &stream;
  BIO* const bio = BIO_new(SocketBio::method());
  BIO_set_data(bio, &stream);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
}

void TlsSession::note_fault(const char* when) {
  broken_ = true;
  const unsigned long code = ERR_peek_error();
  const char* const reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  fault_ = reason != nullptr ? reason : when;
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK) {
    fault_.append(": ").append(X509_verify_cert_error_string(verified));
  }
  ERR_clear_error();
}

TlsSession::Step TlsSession::handshake() {
  forget_errors();
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) {
    established_ = true;
    silent_bytes_ = 0;
    // Read ahead with the handshake's last message: no edge will tell of it any more.
    if (SSL_has_pending(ssl_.get()) == 1) stream_->input_ |= Stream::kDecrypted;
    return Step::done;
  }
  const int error = SSL_get_error(ssl_.get(), done);
  if (error == SSL_ERROR_WANT_READ && silent_bytes_ <= kMaxSilentBytes) return Step::needs_input;
  if (error == SSL_ERROR_WANT_WRITE) return Step::needs_room;
  note_fault("the peer ended the connection");
  return Step::failed;
}

// Fills the room as far as it can: what OpenSSL has read ahead would otherwise wait for an edge
// that has passed.
IoResult TlsSession::recv(Buffer& into) {
  std::size_t sum = 0;
  const auto more_in_memory = [&](bool is) {
    if (is) {
      stream_->input_ |= Stream::kDecrypted;
    } else {
      stream_->input_ &= static_cast<std::uint8_t>(~Stream::kDecrypted);
    }
  };
  for (;;) {
    std::size_t got = 0;
    forget_errors();
    if (!broken_ && SSL_read_ex(ssl_.get(), into.free_data(), into.free_size(), &got) == 1) {
      into.commit(got);
      sum += got;
      silent_bytes_ = 0;
      const bool more = SSL_has_pending(ssl_.get()) == 1;
      more_in_memory(more);
      if (!more || into.free_size() == 0) return {Io::done, sum};
      continue;
    }
    more_in_memory(false);
    const int error = broken_ ? SSL_ERROR_SSL : SSL_get_error(ssl_.get(), 0);
    const bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    if (waits && silent_bytes_ <= kMaxSilentBytes) {
      if (error == SSL_ERROR_WANT_WRITE) {
        reads_wait_for_room_ = true;
        stream_->input_ = 0;
      }
      return sum > 0 ? IoResult{Io::done, sum} : IoResult{Io::would_block, 0};
    }
    // What comes after data is told when it is asked for again.
    if (sum > 0) {
      more_in_memory(true);
      if (error != SSL_ERROR_ZERO_RETURN && !broken_) note_fault("broken");
      return {Io::done, sum};
    }
    if (error == SSL_ERROR_ZERO_RETURN) return {Io::closed, 0};
    if (!broken_) note_fault("the peer ended the connection");
    return {Io::failed, 0};
  }
}

// One record at a time. OpenSSL keeps a record that the socket did not take whole; the caller comes
// back with the same bytes.
IoResult TlsSession::send(const iovec* parts, std::size_t count) {
  if (broken_) return {Io::failed, 0};
  const void* from = parts->iov_base;
  std::size_t size = parts->iov_len;
  alignas(64) static thread_local char gathered[kRecord];
  if (count > 1 && size < kRecord) {
    size = 0;
    for (std::size_t i = 0; i < count && size < kRecord; ++i) {
      const std::size_t piece = std::min(parts[i].iov_len, kRecord - size);
      std::memcpy(gathered + size, parts[i].iov_base, piece);
      size += piece;
    }
    from = gathered;
  }
  std::size_t sent = 0;
  forget_errors();
  if (SSL_write_ex(ssl_.get(), from, size, &sent) == 1) return {Io::done, sent};
  if (SSL_get_error(ssl_.get(), 0) == SSL_ERROR_WANT_WRITE) return {Io::would_block, 0};
  note_fault("the peer ended the connection");
  return {Io::failed, 0};
}

bool TlsSession::is_silent() {
  char first = 0;
  std::size_t got = 0;
  ERR_clear_error();
  if (broken_ || SSL_peek_ex(ssl_.get(), &first, 1, &got) == 1) return false;
  const bool silent = SSL_get_error(ssl_.get(), 0) == SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return silent && silent_bytes_ <= kMaxSilentBytes;
}

void TlsSession::end() {
  if (!established_ || broken_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::string_view TlsSession::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string_view TlsSession::server_name() const {
  const char* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

bool TlsSession::is_distrusted() const {
  return SSL_get_verify_result(ssl_.get()) != X509_V_OK;
}

const X509* TlsSession::peer_certificate() const {
  return SSL_get0_peer_certificate(ssl_.get());
}

const char* TlsSession::version() const {
  return SSL_get_version(ssl_.get());
}

bool TlsSession::resumed() const {
  return SSL_session_reused(ssl_.get()) == 1;
}

}  // namespace gateway::net
