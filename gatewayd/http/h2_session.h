#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayd/http/h2_allowance.h"
#include "gatewayd/http/h2_fields.h"
#include "gatewayd/http/h2_stream.h"
#include "gatewayd/http/parts.h"
#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/loop.h"

namespace gateway::http {

// What one connection may make this side hold and do. Sizes in bytes.
struct H2Limits {
  std::uint32_t max_streams = 100;  // that the peer has open at once
  std::uint32_t stream_window = 64 * 1024;
  std::uint32_t connection_window = 1024 * 1024;  // of the bodies of all streams, not yet taken
  std::uint32_t max_resets = 200;                 // a second
  std::uint32_t max_control_frames = 10000;       // a second
  std::size_t max_header_size = 32 * 1024;        // of one head
  milliseconds send_timeout{60000};               // for what a released stream has still to send
};

// One HTTP/2 connection (RFC 9113): bytes in, bytes out, and the streams between them. It knows of
// no socket: whoever owns it feeds receive() and sends what produce() gives. What comes in is acted
// upon by dispatch() alone, so that nothing runs within nghttp2's callbacks. One thread.
class H2Session {
 public:
  enum class Role : std::uint8_t { server, client };

  // A server's SETTINGS, or a client's preface and SETTINGS, are then to be sent.
  // `secure`: it is under TLS.
  H2Session(Role role, const H2Limits& limits, bool secure, net::Loop& loop,
            net::BufferPool& buffers);
  ~H2Session();  // all streams are released by then
  H2Session(const H2Session&) = delete;
  H2Session& operator=(const H2Session&) = delete;

  struct Callbacks;  // of nghttp2, see h2_callbacks.h

  // Takes what the peer sent. A broken or hostile peer is told why by GOAWAY, which is then the
  // last that there is to send.
  void receive(std::string_view bytes);
  // Tells the streams what has come for them: each may then be used, and released.
  void dispatch();
  // The next stream that the peer has opened; null: none.
  H2Stream* accept();

  // Client: a stream for a request. Null when the peer takes no more at present.
  H2Stream* open();
  bool has_room() const;

  // Gives a stream back. What it was to send still is, if that is whole; else it is reset.
  void release(H2Stream& stream);

  // Bytes to be sent next, valid until the next call; empty: none.
  std::string_view produce();
  // Neither side has anything more to say.
  bool finished() const;

  // co_await: until there may be something to produce, at the end of the loop's turn. By one
  // coroutine, which has produced all there was.
  auto output() {
    struct Awaiter {
      H2Session& session;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) const { session.writer_ = handle; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }
  // Ends that wait.
  void wake_output();

  // co_await: until every stream has been released and is gone. By one coroutine.
  auto drained() {
    struct Awaiter {
      H2Session& session;
      bool await_ready() const noexcept { return session.streams_.empty(); }
      void await_suspend(std::coroutine_handle<> handle) const { session.drained_ = handle; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

  // No new streams; those that are open, and what is on its way, are served (RFC 9113 §6.8).
  void begin_shutdown();
  // The same without a grace for what is on its way.
  void shut_down();
  bool shutting_down() const { return shutdown_ != Shutdown::no; }
  // Ends the connection with GOAWAY and this code.
  void terminate(std::uint32_t code);
  // The connection is gone: every stream is told.
  void fail();

  std::size_t streams() const { return streams_.size(); }
  // A head has begun and is not whole: since when.
  bool within_head() const { return within_head_; }
  SteadyTime head_since() const { return head_since_; }
  bool greeted() const { return greeted_; }  // the peer's SETTINGS have come
  // When the last stream was gone.
  SteadyTime idle_since() const { return idle_since_; }
  // The code of the GOAWAY that either side sent; 0: none, or no error.
  std::uint32_t error() const { return error_; }
  // Nothing more that comes is looked at: it ends once what there is to send is sent.
  bool deaf() const { return deaf_ || broken_; }

 private:
  friend class H2Stream;
  enum class Shutdown : std::uint8_t { no, announced, done };

  // For streams.
  bool is_server() const { return role_ == Role::server; }
  bool is_secure() const { return secure_; }
  bool takes_tunnels() const;
  void submit(H2Stream& stream);  // what its send() has taken
  void submit_head(H2Stream& stream);
  void stir(H2Stream& stream, std::uint32_t events);
  void consume(H2Stream& stream);
  void give_up(H2Stream& stream);
  bool submit_trailers(H2Stream& stream);

  // For what comes in.
  void frame_begins(std::uint8_t type, std::uint8_t flags, std::size_t length);
  bool head_begins(std::int32_t id, bool is_first);
  void field_decoded(std::string_view name, std::string_view value);
  void head_ends(std::int32_t id, bool ends);
  void data_received(std::int32_t id, std::string_view data);
  void input_ends(std::int32_t id);
  void ping_answered();
  void note_goaway(std::uint32_t code);
  void frame_left(std::int32_t id, bool ends);
  void reset_left(std::uint32_t code);
  void stream_closed(std::int32_t id, std::uint32_t code);
  void request_received(H2Stream& stream, bool ends);
  void answer_received(H2Stream& stream, bool ends);

  H2Stream* find(std::int32_t id) const;
  H2Stream& add_stream();
  void remove(H2Stream& stream);
  void reset(std::int32_t id, std::uint32_t code);

  const Role role_;
  const H2Limits limits_;
  const bool secure_;
  net::Loop& loop_;
  net::BufferPool& buffers_;
  nghttp2_session* session_ = nullptr;
  H2HeadReader head_;
  std::string head_text_;
  H2FieldList fields_;  // of what is sent, as are these
  RequestHead request_;
  ResponseHead response_;
  H2Allowance resets_;
  H2Allowance control_frames_;
  std::vector<std::unique_ptr<H2Stream>> streams_;
  std::uint32_t open_ = 0;          // of them, of a server, as the protocol sees it
  std::string settings_;            // of a server, as they were sent
  std::vector<H2Stream*> fresh_;    // null: gone before its turn
  std::vector<H2Stream*> stirred_;  // likewise
  std::size_t next_fresh_ = 0;
  std::coroutine_handle<> writer_;
  std::coroutine_handle<> drained_;
  bool within_head_ = false;
  bool greeted_ = false;
  bool deaf_ = false;    // what still comes is not looked at
  bool broken_ = false;  // nothing can be sent any more
  Shutdown shutdown_ = Shutdown::no;
  SteadyTime head_since_{};
  SteadyTime idle_since_;
  std::uint32_t error_ = 0;
};

}  // namespace gateway::http
