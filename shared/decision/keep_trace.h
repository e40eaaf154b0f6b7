#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "shared/decision/exchange.h"

namespace gateway::decision {

// Bytes that one kept trace takes at most; what does not fit is left out, and that is noted.
inline constexpr std::size_t kMaxKeptTrace = 4096;

// One attempt at a service, as the shell made it. The views must live for the call that takes it.
struct AttemptNote {
  enum class Kind : std::uint8_t { first = 0, retry = 1, hedge = 2 };
  Kind kind = Kind::first;
  bool stale = false;         // a kept connection had been closed: sent again over a fresh one
  bool lost = false;          // another attempt beside it was faster
  std::string_view instance;  // its URL
  std::string_view address;
  Decider decider = Decider::upstream;  // upstream: it answered with `status`
  std::uint16_t status = 0;
  std::uint32_t began_us = 0;  // after the request's start
  std::uint32_t took_us = 0;
};

// What became of a request, as far as its exchange does not tell.
struct KeptEnd {
  std::uint16_t status = 0;
  Decider decider = Decider::upstream;
  std::uint8_t retries = 0;
  std::uint32_t total_us = 0;
  std::uint32_t upstream_us = 0;
  std::span<const AttemptNote> attempts;
  std::size_t attempts_left_out = 0;
};

// Copies what is to be known of a finished request into `out`, in the form of kept_records.h, for
// tell_kept(). Some hundred bytes as a rule; allocates nothing. No query, no field but Origin, no
// credentials, nothing that the configuration adds: what security events hold, no more.
std::string_view keep_trace(const Snapshot& snapshot, const Exchange& x, const KeptEnd& end,
                            std::span<char, kMaxKeptTrace> out);

}  // namespace gateway::decision
