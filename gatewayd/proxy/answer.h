#pragma once

#include <cstdint>

#include "gatewayd/journal/record.h"
#include "shared/base/clock.h"
#include "shared/base/decider.h"

namespace gateway::proxy {

// What became of one request: filled while it is served, read by the log at its end.
struct Answer {
  SteadyTime started;
  std::uint16_t status = 0;  // 0: nothing was sent
  Decider decider = Decider::upstream;
  bool keep_alive = true;  // the client connection may carry another request
  std::uint8_t retries = 0;
  journal::NameId instance = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t upstream_us = 0;
};

}  // namespace gateway::proxy
