#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gatewayd/http/chunked.h"
#include "gatewayd/http/head.h"
#include "gatewayd/net/frame_pool.h"
#include "gatewayd/net/stream.h"

namespace gateway::http {

class H2Session;

// One stream of an HTTP/2 connection in the likeness of a connection of its own that carries one
// exchange of HTTP/1: what is received begins with a head, what is sent has to. So whoever serves,
// forwards or tunnels need not know which it has. Owned by its session, used by one coroutine until
// that calls H2Session::release(); on the session's thread.
//
// Back-pressure: what is received counts against the stream's window until it is taken, and what is
// sent is taken up to kMaxOutput before it has left.
class H2Stream final : public net::Stream, public net::PooledFrame {
 public:
  // Bytes of content that wait to be sent, but for the last piece, which may pass it.
  static constexpr std::size_t kMaxOutput = 16 * 1024;

  // What the head is that came first: it may be none, see H2HeadReader.
  enum class Head : std::uint8_t { awaited, whole, too_large, malformed };

  H2Stream(H2Session& session, net::Loop& loop, net::BufferPool& buffers);

  net::IoResult recv(net::Buffer& into) override;
  net::IoResult send(const iovec* parts, std::size_t count) override;
  // Ends this side: the body of unstated length, or a tunnel.
  void shutdown_write() override;
  void reset_on_close() override {}  // an answer that is not whole ends with a reset in any case

  Head head() const { return head_; }
  std::size_t head_size() const { return head_size_; }
  std::int32_t id() const { return id_; }

  // The peer did not act on the request and will not: it may be sent elsewhere.
  bool refused() const { return refused_; }

 private:
  friend class H2Session;

  // Where in the message send() is.
  enum class Phase : std::uint8_t { head, none, length, chunked, raw, done };

  class Linger final : public net::Timer {
   public:
    explicit Linger(H2Stream& stream) : stream_(stream) {}

   private:
    void expired() override;
    H2Stream& stream_;
  };

  // Each takes what it can of the front of `piece` and returns how much; nothing: it is no message.
  std::optional<std::size_t> take_head(std::string_view piece);
  std::optional<std::size_t> take_body(std::string_view piece);
  std::optional<std::size_t> take_chunks(std::string_view piece);
  bool read_answer(std::string_view head);
  bool read_request(std::string_view head);
  void begin_body(Framing framing, std::uint64_t length);
  // Whether the head that send() has taken can say that nothing follows.
  bool ends_with_head() const {
    return phase_ == Phase::done && output_.empty() && trailers_.empty();
  }
  bool has_room() const { return output_.size() < kMaxOutput; }
  // Moves content into a frame; sets `ends` with the last of it. False: there is none yet.
  bool produce(char* to, std::size_t room, std::size_t& moved, bool& ends);
  void receive(std::string_view data);
  void break_off();
  void end_input(std::string_view trailers);

  H2Session& session_;
  std::size_t index_ = 0;  // in the session's list
  std::int32_t id_ = -1;

  // Received.
  net::Buffer input_;
  Head head_ = Head::awaited;
  std::size_t head_size_ = 0;
  std::size_t unconsumed_ = 0;  // content within input_, as the window counts it
  bool input_chunked_ = false;
  bool input_ended_ = false;
  bool to_head_ = false;  // the request's method is HEAD
  bool tunnel_ = false;   // extended CONNECT
  std::string accept_;    // what a tunnel's key is answered with, where the other hop speaks HTTP/1
  bool gone_ = false;     // reset, or the connection is
  bool refused_ = false;
  bool closed_ = false;       // as the protocol sees it: nothing more is sent or received
  bool released_ = false;     // nobody uses it any more
  bool accepted_ = false;     // somebody uses it
  std::uint32_t events_ = 0;  // of which it is to be told; not 0: it stands in the session's list

  // To be sent.
  Phase phase_ = Phase::head;
  bool interim_ = false;     // the head that send() has taken is one of several
  bool head_taken_ = false;  // and is to be submitted
  bool submitted_ = false;   // the final head has been
  bool deferred_ = false;    // the session waits for more content
  bool end_sent_ = false;
  std::uint64_t left_ = 0;
  ChunkedDecoder chunks_;
  std::string partial_;  // the front of a line whose rest is still to come
  std::string trailers_;
  net::Buffer output_;
  Linger linger_{*this};
};

}  // namespace gateway::http
