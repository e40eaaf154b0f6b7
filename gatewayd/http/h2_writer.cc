#include "gatewayd/http/h2_writer.h"

#include <utility>

#include "gatewayd/http/send.h"

namespace gateway::http {
namespace {

// Turns of sending before every other connection has its turn.
constexpr int kTurnsAtOnce = 32;
// A frame above this size is sent from where it stands, not copied behind the others.
constexpr std::size_t kCopied = 4 * 1024;

}  // namespace

// Copies small frames one behind the other; returns the first that is not copied, or nothing.
std::string_view H2Writer::gather() {
  output_.reserve();
  for (;;) {
    const std::string_view frame = session_.produce();
    if (frame.empty() || frame.size() > kCopied || frame.size() > output_.free_size()) return frame;
    output_.append(frame);
  }
}

// Sends all that there is to send; false: the peer does not take it.
net::Task<bool> H2Writer::send_all() {
  for (int turns = 0;;) {
    const std::string_view frame = gather();
    Parts parts;
    parts.add(output_.view());
    parts.add(frame);
    if (parts.empty()) break;
    Sent sent = send_now(stream_, parts);
    if (sent == Sent::interrupted) {
      set_stuck(true);
      sent = co_await send_rest(stream_, parts, patience_);
      set_stuck(false);
    }
    output_.clear();
    if (sent != Sent::all) co_return false;
    session_.dispatch();  // streams have room again
    if (++turns % kTurnsAtOnce == 0) co_await stream_.loop().yield();
  }
  output_.release();
  co_return true;
}

void H2Writer::set_stuck(bool stuck) {
  stuck_ = stuck;
  if (!stuck && reader_) stream_.loop().resume_later(std::exchange(reader_, nullptr));
}

net::Detached H2Writer::run() {
  for (;;) {
    const bool sent = co_await send_all();
    if (!sent) session_.fail();
    if (session_.finished()) break;
    co_await session_.output();
  }
  stream_.interrupt();  // nothing is left to wait for
  done_.finish();
}

}  // namespace gateway::http
