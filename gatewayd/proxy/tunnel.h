#pragma once

#include "gatewayd/net/buffer_pool.h"
#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"

namespace gateway::proxy {

struct TunnelBytes {
  std::uint64_t to_left = 0;
  std::uint64_t to_right = 0;
};

// Carries bytes both ways until both sides have ended, one fails, or neither has sent anything for
// `idle_timeout`. What is in the buffers is sent first; while silent, neither holds memory.
net::Task<TunnelBytes> tunnel(net::Stream& left, net::Buffer& from_left, net::Stream& right,
                              net::Buffer& from_right, milliseconds idle_timeout);

}  // namespace gateway::proxy
