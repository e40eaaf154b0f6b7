#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "shared/base/clock.h"
#include "shared/config/policies.h"

namespace gateway::policy {

// Counting as plain arithmetic over two 64-bit slots: what limit_table.h keeps of each client.
// Times are Unix microseconds; before 1970 counts as 1970.
//
// sliding_window: the slots are {window number, count}, 32 bits each, by the parity of the window
// number; windows are aligned to the epoch. A request of cost c at the time t of window n passes
// while  count(n-1) * (part of window n still to come) + count(n) + c <= limit + burst.
// So at most limit + burst pass within one aligned window, and as many within any span of a
// window's length when requests come evenly; at worst, when all of a window came at its very end,
// less than twice that.
//
// token_bucket: GCRA (ITU-T I.371). Slot 0 is the theoretical arrival time in nanoseconds: when the
// bucket is full again. Its depth is `burst`, or `limit` when burst is 0; it refills by `limit` a
// window. The interval of one token is rounded up to whole nanoseconds, so that the rate is never
// above the limit (and less than 0.1 % below it up to 1,000,000 a second). A depth that would
// take more than kMaxDepth to refill is cut to that.
inline constexpr std::uint64_t kMaxDepthNs = std::uint64_t{50} * 365 * 86'400 * 1'000'000'000;

// A clock that steps back by no more than this, or a worker whose time is that old, sees the
// counters of the later time; windows are looked ahead by one at least. Past it, counters from
// the future count as none.
inline constexpr milliseconds kClockTolerance{5000};

// Factors are per mille of the configured limit.
inline constexpr std::uint32_t kFullFactor = 1000;

// The numbers of one rule.
struct Rate {
  bool bucket = false;
  std::uint32_t cost = 1;
  std::uint32_t ahead = 1;      // windows that a slot may be ahead of the clock
  std::uint64_t capacity = 0;   // limit + burst of a window; depth of a bucket
  std::uint64_t window_ms = 0;  // positive
  std::uint64_t unit_ns = 0;    // bucket: refill time of one token
  std::uint64_t cost_ns = 0;    // bucket: of `cost` tokens; more than depth_ns: never passes
  std::uint64_t depth_ns = 0;   // bucket: of all tokens
};

// Takes any numbers; those that a config must not have (limit 0, window 0) count as 1.
Rate make_rate(const config::Limit& limit);

// `rate` with its limit (burst, depth) times `per_mille`, but never below the cost of one request.
Rate scaled(const Rate& rate, std::uint32_t per_mille);

// Seconds in which the capacity comes again as a whole, rounded up: w of RateLimit-Policy.
std::uint64_t refill_seconds(const Rate& rate);

// What counting says about one request.
struct Tally {
  bool allowed = true;
  std::uint64_t limit = 0;      // capacity in force
  std::uint64_t used = 0;       // with this request, if it is allowed
  std::uint64_t remaining = 0;  // limit - used, or 0
  // Unix seconds, rounded up. sliding_window: end of the current window; token_bucket: when the
  // bucket is full. Of a refused request never before its retry_after is over.
  std::int64_t reset = 0;
  // Seconds, rounded up, at least 1: after so long the same request passes if no other one does
  // before. 0: allowed.
  std::uint32_t retry_after = 0;
};

using Slots = std::array<std::uint64_t, 2>;

// The outcome of one request over the slots as they are read; when allowed, `next` is what slot
// `slot` must become for the request to be charged.
struct Step {
  Tally tally;
  unsigned slot = 0;
  std::uint64_t next = 0;
  std::uint32_t expires = 0;  // Unix seconds from which on the slots mean nothing
};

// Never overflows, whatever the slots hold: implausible ones count as empty.
Step step(const Rate& rate, const Slots& slots, UnixMicros now);

// A charge that may be taken back: what was written where.
struct Charge {
  std::uint64_t id = 0;  // 0: nothing is charged
  std::uint64_t written = 0;
  std::uint64_t amount = 0;  // requests or nanoseconds
  unsigned slot = 0;
  bool bucket = false;
};

// What the slot must become for `charge` to be undone; nothing when the slot no longer has it or
// the bucket has been full since.
std::optional<std::uint64_t> without(const Charge& charge, std::uint64_t slot, UnixMicros now);

}  // namespace gateway::policy
