#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <coroutine>
#include <cstdint>
#include <memory>
#include <utility>

#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/interruptible.h"
#include "gatewayd/net/loop.h"
#include "gatewayd/net/tls_session.h"

namespace gateway::net {

// How a wait ended.
enum class Wait : std::uint8_t { ready, timeout, interrupted };

// What one recv or send did. `failed`: reset or another socket error; `closed`: the peer has sent
// its last byte (recv only).
enum class Io : std::uint8_t { done, would_block, closed, failed };
struct IoResult {
  Io io = Io::failed;
  std::size_t bytes = 0;
};

// Told of what happens on a stream that nobody waits on: a client that leaves while its request is
// with the upstream, a pooled connection that its upstream closes.
class StreamObserver {
 public:
  virtual ~StreamObserver() = default;
  // Bytes or an end have come. May destroy the stream.
  virtual void stream_stirred(bool peer_closed) = 0;
};

// A connected TCP socket on a worker's loop, its bytes as they are or, once secure() has been
// called, under TLS; or what another class carries in its likeness over one. At most one coroutine
// waits to read and one to write. Receiving and sending never block; waiting costs no system call.
class Stream : public Watcher, public Interruptible {
 public:
  // Takes the descriptor over. `connected`: false while a non-blocking connect is under way.
  Stream(Loop& loop, int fd, bool connected = true);
  ~Stream() override;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  class Waiter;
  // co_await: until there is something to receive (bytes, end or error), `deadline` or interrupt().
  auto readable(SteadyTime deadline);
  auto writable(SteadyTime deadline);

  // Looks at what the socket has, up to `room` bytes, and leaves it there; readable() then waits
  // for more than that. Before secure().
  IoResult peek(char* to, std::size_t room);
  // Takes the first bytes of what peek() has shown.
  void drop(std::size_t bytes);

  // Into the buffer's free room, which must not be empty.
  virtual IoResult recv(Buffer& into);
  virtual IoResult send(const iovec* parts, std::size_t count);

  // The peer's end has been seen by the kernel, though bytes before it may be unread.
  bool peer_closed() const { return peer_closed_; }
  bool has_input() const { return input_ != 0; }
  // Whether the peer has sent nothing that is for the stream's user. Under TLS, where tickets and
  // key updates come unasked, that may take reading them.
  bool is_silent();
  void observe(StreamObserver* observer) { observer_ = observer; }

  // Ends the waits of both sides, now and to come, with Wait::interrupted.
  void interrupt() override;
  void clear_interrupt() { interrupted_ = false; }

  // From now on what is sent and received is under TLS; handshake() comes first.
  void secure(std::unique_ptr<TlsSession> session);
  // The TLS session; null: the bytes are as they are.
  TlsSession* tls() const { return tls_.get(); }

  virtual void shutdown_write();
  // The same, after which what still comes is not understood any more, only counted.
  void stop_understanding();
  // The peer gets RST: its side must not take the answer as complete.
  virtual void reset_on_close();
  int connect_error();  // errno of a finished connect; 0: connected

  Loop& loop() { return loop_; }
  int fd() const { return fd_; }

  void ready(std::uint32_t events) override;

 protected:
  // Without a descriptor: the class that carries it calls ready() in the kernel's place, and says
  // when there is nothing to receive or no room left.
  explicit Stream(Loop& loop) : loop_(loop), fd_(-1), writable_(true) {}
  void set_readable() { input_ |= kSocket; }
  void set_unreadable() { input_ = 0; }
  void set_unwritable() { writable_ = false; }
  bool is_writable() const { return writable_; }

 private:
  friend class TlsSession;
  friend struct SocketBio;
  // What there is to receive: the socket may have something; TLS holds what is decrypted already.
  static constexpr std::uint8_t kSocket = 1;
  static constexpr std::uint8_t kDecrypted = 2;

  // The socket's own bytes.
  IoResult recv_socket(char* to, std::size_t room);
  IoResult send_socket(const iovec* parts, std::size_t count);

  // One side's waiting coroutine and its deadline.
  class Side final : public Timer {
   public:
    explicit Side(Stream& stream) : stream_(stream) {}
    bool waiting() const { return static_cast<bool>(handle_); }
    void wait(std::coroutine_handle<> handle, SteadyTime deadline);
    void wake(Wait outcome);
    Wait outcome = Wait::ready;

   private:
    void expired() override;
    Stream& stream_;
    std::coroutine_handle<> handle_;
  };

  friend class Waiter;

  // Tells one who calls out of this stream, to a coroutine or the observer, whether it came back to
  // a living one. Such calls nest.
  class Survival {
   public:
    explicit Survival(Stream& stream);
    ~Survival();
    Survival(const Survival&) = delete;
    Survival& operator=(const Survival&) = delete;
    bool destroyed() const { return stream_ == nullptr; }

   private:
    friend class Stream;
    Stream* stream_;
    Survival* outer_;
  };

  void wake_sides(bool reader, bool writer, Wait outcome);

  Loop& loop_;
  int fd_;
  std::uint8_t input_ = 0;
  bool writable_;
  bool peer_closed_ = false;
  bool interrupted_ = false;
  StreamObserver* observer_ = nullptr;
  Survival* survival_ = nullptr;
  std::unique_ptr<TlsSession> tls_;
  bool resets_ = false;
  Side reader_{*this};
  Side writer_{*this};
};

class Stream::Waiter {
 public:
  Waiter(Stream& stream, Side& side, bool at_once, SteadyTime deadline)
      : stream_(stream), side_(side), at_once_(at_once), deadline_(deadline) {}
  bool await_ready() const noexcept { return at_once_ || stream_.interrupted_; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { side_.wait(handle, deadline_); }
  Wait await_resume() const noexcept {
    if (at_once_) return Wait::ready;
    return stream_.interrupted_ ? Wait::interrupted : side_.outcome;
  }

 private:
  Stream& stream_;
  Side& side_;
  bool at_once_;
  SteadyTime deadline_;
};

inline auto Stream::readable(SteadyTime deadline) {
  return Waiter(*this, reader_, input_ != 0, deadline);
}
inline auto Stream::writable(SteadyTime deadline) {
  return Waiter(*this, writer_, writable_, deadline);
}

}  // namespace gateway::net
