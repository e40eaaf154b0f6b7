#pragma once

#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"

namespace gateway::proxy {

struct TunnelBytes {
  std::uint64_t to_left = 0;
  std::uint64_t to_right = 0;
};

// How long a tunnel may be silent, both ways, and when it ends in any case (kNever: it need not).
struct TunnelTimes {
  milliseconds idle{};
  SteadyTime end = net::kNever;
};

// Carries bytes both ways until both sides have ended, one fails, or its time is over. What is in
// the buffers is sent first; while silent, neither holds memory.
net::Task<TunnelBytes> tunnel(net::Stream& left, net::Buffer& from_left, net::Stream& right,
                              net::Buffer& from_right, TunnelTimes times);

}  // namespace gateway::proxy
