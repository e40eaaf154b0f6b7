#include "gatewayd/net/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

namespace gateway::net {

void Stream::Side::wait(std::coroutine_handle<> handle, SteadyTime deadline) {
  assert(!handle_);
  handle_ = handle;
  outcome = Wait::ready;
  stream_.loop_.timers().arm(*this, deadline);
}

void Stream::Side::wake(Wait how) {
  disarm();
  outcome = how;
  std::exchange(handle_, nullptr).resume();
}

void Stream::Side::expired() {
  if (waiting()) wake(Wait::timeout);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wdangling-pointer"  // the destructor takes the link back
#endif
Stream::Survival::Survival(Stream& stream) : stream_(&stream), outer_(stream.survival_) {
  stream.survival_ = this;
}

Stream::Survival::~Survival() {
  if (stream_ != nullptr) stream_->survival_ = outer_;
}

Stream::Stream(Loop& loop, int fd, bool connected) : loop_(loop), fd_(fd), writable_(connected) {
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (!loop_.watch(fd_, *this)) interrupted_ = true;  // out of kernel memory: every wait fails
}

Stream::~Stream() {
  assert(!reader_.waiting() && !writer_.waiting());
  for (Survival* one = survival_; one != nullptr; one = one->outer_) one->stream_ = nullptr;
  loop_.forget(*this);
  if (tls_ != nullptr && !resets_) tls_->end();
  if (fd_ >= 0) ::close(fd_);
}

IoResult Stream::peek(char* to, std::size_t room) {
  const ssize_t seen = ::recv(fd_, to, room, MSG_PEEK);
  if (seen == 0) return {Io::closed, 0};
  if (seen < 0 && errno == EINTR) return {Io::would_block, 0};
  if (seen < 0 && errno != EAGAIN) return {Io::failed, 0};
  input_ = 0;
  if (seen < 0) return {Io::would_block, 0};
  return {Io::done, static_cast<std::size_t>(seen)};
}

void Stream::drop(std::size_t bytes) {
  char dropped[512];
  while (bytes > 0) {
    const ssize_t got = ::recv(fd_, dropped, std::min(bytes, sizeof(dropped)), 0);
    if (got <= 0) break;
    bytes -= static_cast<std::size_t>(got);
  }
  input_ = kSocket;
}

IoResult Stream::recv(Buffer& into) {
  if (tls_ != nullptr) [[unlikely]] {
    return tls_->recv(into);
  }
  const IoResult result = recv_socket(into.free_data(), into.free_size());
  into.commit(result.bytes);
  return result;
}

IoResult Stream::send(const iovec* parts, std::size_t count) {
  if (tls_ != nullptr) [[unlikely]] {
    return tls_->send(parts, count);
  }
  return send_socket(parts, count);
}

IoResult Stream::recv_socket(char* to, std::size_t room) {
  const ssize_t got = ::recv(fd_, to, room, 0);
  if (got > 0) {
    const auto bytes = static_cast<std::size_t>(got);
    // Fewer bytes than asked for: the socket is empty, and an edge will tell of more (epoll(7)).
    // After a half-close no edge is left to come, so the end itself is still to be read.
    if (bytes < room && !peer_closed_) input_ &= kDecrypted;
    return {Io::done, bytes};
  }
  if (got == 0) return {Io::closed, 0};
  if (errno == EINTR) return {Io::would_block, 0};
  if (errno == EAGAIN) {
    input_ &= kDecrypted;
    return {Io::would_block, 0};
  }
  return {Io::failed, 0};
}

IoResult Stream::send_socket(const iovec* parts, std::size_t count) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  const ssize_t sent = count == 1 ? ::send(fd_, parts->iov_base, parts->iov_len, MSG_NOSIGNAL)
                                  : ::sendmsg(fd_, &message, MSG_NOSIGNAL);
  if (sent >= 0) return {Io::done, static_cast<std::size_t>(sent)};
  if (errno == EINTR) return {Io::would_block, 0};
  if (errno == EAGAIN) {
    writable_ = false;
    return {Io::would_block, 0};
  }
  return {Io::failed, 0};
}

void Stream::interrupt() {
  interrupted_ = true;
  wake_sides(true, true, Wait::interrupted);
}

void Stream::secure(std::unique_ptr<TlsSession> session) {
  tls_ = std::move(session);
  tls_->attach(*this);
}

void Stream::shutdown_write() {
  if (tls_ != nullptr) tls_->end();
  ::shutdown(fd_, SHUT_WR);
}

void Stream::stop_understanding() {
  shutdown_write();
  if (tls_ == nullptr) return;
  tls_.reset();
  input_ = kSocket;
}

bool Stream::is_silent() {
  if (tls_ == nullptr || input_ == 0) return input_ == 0;
  return tls_->is_silent();
}

void Stream::reset_on_close() {
  resets_ = true;
  const linger hard{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
}

int Stream::connect_error() {
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

void Stream::ready(std::uint32_t events) {
  constexpr std::uint32_t kBroken = EPOLLHUP | EPOLLERR;
  if (events & (EPOLLRDHUP | kBroken)) peer_closed_ = true;
  if (events & (EPOLLIN | EPOLLRDHUP | kBroken)) input_ |= kSocket;
  if (events & (EPOLLOUT | kBroken)) {
    writable_ = true;
    if (tls_ != nullptr && tls_->take_wait_for_room()) input_ |= kSocket;
  }
  const bool stirred = (events & (EPOLLIN | EPOLLRDHUP | kBroken)) != 0;
  if (stirred && !reader_.waiting() && observer_ != nullptr) {
    const Survival survival(*this);
    observer_->stream_stirred(peer_closed_);
    if (survival.destroyed()) return;
  }
  wake_sides(input_ != 0, writable_, Wait::ready);
}

void Stream::wake_sides(bool reader, bool writer, Wait outcome) {
  const Survival survival(*this);
  if (reader && reader_.waiting()) reader_.wake(outcome);
  if (survival.destroyed()) return;
  if (writer && writer_.waiting()) writer_.wake(outcome);
}

}  // namespace gateway::net
