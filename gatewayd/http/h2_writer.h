#pragma once

#include <coroutine>
#include <string_view>

#include "gatewayd/http/h2_session.h"
#include "gatewayd/net/join.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"

namespace gateway::http {

// Sends what a session has to say: what a turn of the loop made goes out together at its end. Lives
// beside the coroutine that reads, which waits for done() before either ends. On their thread.
class H2Writer {
 public:
  // `patience`: for a peer that takes nothing.
  H2Writer(net::Stream& stream, H2Session& session, net::BufferPool& buffers, milliseconds patience)
      : stream_(stream), session_(session), output_(buffers), patience_(patience) {}

  // Until the session has finished, or the peer takes nothing more, which the session is then told.
  // All waits on the stream are interrupted at the end.
  void start() { run(); }
  net::Join& done() { return done_; }

  // co_await: until the peer takes what it is sent. One that does not is not read from, or what it
  // makes us answer would pile up.
  auto unstuck() {
    struct Awaiter {
      H2Writer& writer;
      bool await_ready() const noexcept { return !writer.stuck_; }
      void await_suspend(std::coroutine_handle<> handle) const { writer.reader_ = handle; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  net::Detached run();
  net::Task<bool> send_all();
  std::string_view gather();
  void set_stuck(bool stuck);

  net::Stream& stream_;
  H2Session& session_;
  net::Buffer output_;
  const milliseconds patience_;
  bool stuck_ = false;
  std::coroutine_handle<> reader_;
  net::Join done_;
};

}  // namespace gateway::http
