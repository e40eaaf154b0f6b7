#include "gatewayd/proxy/tunnel.h"

#include <algorithm>

#include "gatewayd/http/send.h"
#include "gatewayd/net/join.h"

namespace gateway::proxy {
namespace {

using net::Io;
using net::Wait;

struct Direction {
  net::Stream& from;
  net::Buffer& input;
  net::Stream& to;
  std::uint64_t bytes = 0;
};

// When either direction last moved: a one-sided conversation is not an idle one.
struct Activity {
  SteadyTime last;
  TunnelTimes times;

  SteadyTime until() const { return std::min(last + times.idle, times.end); }
};

net::Task<bool> send_input(Direction& way, milliseconds patience) {
  http::Parts parts;
  parts.add(way.input.view());
  const std::size_t size = way.input.size();
  http::Sent sent = http::send_now(way.to, parts);
  if (sent == http::Sent::interrupted) sent = co_await http::send_rest(way.to, parts, patience);
  way.input.clear();
  way.bytes += size;
  co_return sent == http::Sent::all;
}

// Waits for bytes; false when the tunnel has been silent for too long or is being ended.
net::Task<bool> await_input(Direction& way, const Activity& activity) {
  for (;;) {
    const Wait wait = co_await way.from.readable(activity.until());
    if (wait == Wait::interrupted || way.from.loop().now() >= activity.until()) co_return false;
    if (wait == Wait::ready) co_return true;
  }
}

// False when the tunnel is to end at once; true when this way alone has ended.
net::Task<bool> pump(Direction& way, Activity& activity) {
  for (;;) {
    if (!way.input.empty()) {
      const bool sent = co_await send_input(way, activity.times.idle);
      if (!sent) co_return false;
    }
    way.input.release();
    const bool more = co_await await_input(way, activity);
    if (!more) co_return false;
    way.input.reserve();
    const net::IoResult result = way.from.recv(way.input);
    if (result.io == Io::failed) co_return false;
    if (result.io == Io::closed) break;
    activity.last = way.from.loop().now();
  }
  way.to.shutdown_write();
  co_return true;
}

void end_both(Direction& way) {
  way.from.interrupt();
  way.to.interrupt();
}

net::Detached pump_beside(Direction& way, Activity& activity, net::Join& join) {
  const bool ended = co_await pump(way, activity);
  if (!ended) end_both(way);
  join.finish();
}

}  // namespace

net::Task<TunnelBytes> tunnel(net::Stream& left, net::Buffer& from_left, net::Stream& right,
                              net::Buffer& from_right, TunnelTimes times) {
  Direction to_right{left, from_left, right};
  Direction to_left{right, from_right, left};
  Activity activity{left.loop().now(), times};
  net::Join join;
  pump_beside(to_right, activity, join);
  const bool ended = co_await pump(to_left, activity);
  if (!ended) end_both(to_left);
  co_await join;
  co_return TunnelBytes{to_left.bytes, to_right.bytes};
}

}  // namespace gateway::proxy
