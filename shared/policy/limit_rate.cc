#include "shared/policy/limit_rate.h"

#include <algorithm>
#include <limits>

namespace gateway::policy {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
constexpr std::uint64_t kMaxCount = std::numeric_limits<std::uint32_t>::max();

constexpr std::uint64_t ceil_div(std::uint64_t value, std::uint64_t by) {
  return value / by + (value % by != 0 ? 1 : 0);
}

constexpr std::uint32_t saturate(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min(value, kMaxCount));
}

constexpr std::uint32_t number_of(std::uint64_t slot) {
  return static_cast<std::uint32_t>(slot >> 32);
}
constexpr std::uint64_t count_of(std::uint64_t slot) {
  return slot & kMaxCount;
}
constexpr std::uint64_t make_slot(std::uint32_t number, std::uint64_t count) {
  return std::uint64_t{number} << 32 | count;
}

// Where the clock stands among the windows, or the slots do when they are a little ahead of it.
struct Position {
  std::uint32_t number;
  std::uint64_t elapsed_ms;
};

Position position(const Rate& rate, const Slots& slots, std::uint64_t now_ms) {
  const std::uint64_t clock = now_ms / rate.window_ms;
  const auto number = static_cast<std::uint32_t>(clock);
  std::uint32_t ahead = 0;
  for (const std::uint64_t slot : slots) {
    const std::uint32_t by = number_of(slot) - number;
    if (by <= rate.ahead) ahead = std::max(ahead, by);
  }
  return {number + ahead, ahead != 0 ? 0 : now_ms - clock * rate.window_ms};
}

// Milliseconds from `elapsed` until the weighted count leaves room for the cost. Products stay
// below 2^64: counts are below 2^32 and a window has at most 30 days, 2.6e9 ms.
std::uint64_t wait_ms(const Rate& rate, std::uint64_t earlier, std::uint64_t count,
                      std::uint64_t elapsed) {
  const std::uint64_t window = rate.window_ms;
  if (rate.cost > rate.capacity) return window;  // it never will; a bound is as good as any
  const std::uint64_t room = rate.capacity - rate.cost;
  if (count <= room) {
    const std::uint64_t target = window - (room - count) * window / earlier;
    return target - elapsed;
  }
  return window - elapsed + window - room * window / count;
}

Step step_window(const Rate& rate, const Slots& slots, std::uint64_t now_us) {
  const std::uint64_t now_ms = now_us / 1000;
  const std::uint64_t window = rate.window_ms;
  const auto [number, elapsed] = position(rate, slots, now_ms);
  const unsigned slot = number & 1;
  const std::uint64_t count = number_of(slots[slot]) == number ? count_of(slots[slot]) : 0;
  const std::uint64_t other = slots[slot ^ 1];
  const std::uint64_t earlier = number_of(other) + 1 == number ? count_of(other) : 0;
  std::uint64_t used = count;
  if (earlier != 0) used += (earlier * (window - elapsed) + window - 1) / window;

  Step result;
  Tally& tally = result.tally;
  tally.allowed = used + rate.cost <= rate.capacity;
  if (tally.allowed) {
    used += rate.cost;
    result.slot = slot;
    result.next = make_slot(number, count + rate.cost);
  }
  const std::uint64_t start_ms = number * window;
  std::uint64_t reset = ceil_div(start_ms + window, 1000);
  if (!tally.allowed) {
    const std::uint64_t free_ms = start_ms + elapsed + wait_ms(rate, earlier, count, elapsed);
    tally.retry_after = std::max(saturate(ceil_div(free_ms - now_ms, 1000)), 1u);
    reset = std::max(reset, ceil_div(now_us, 1'000'000) + tally.retry_after);
  }
  tally.limit = rate.capacity;
  tally.used = used;
  tally.remaining = rate.capacity - std::min(used, rate.capacity);
  tally.reset = static_cast<std::int64_t>(reset);
  result.expires = saturate(ceil_div(start_ms + 2 * window, 1000));
  return result;
}

Step step_bucket(const Rate& rate, const Slots& slots, std::uint64_t now_us) {
  const std::uint64_t now = now_us * 1000;
  std::uint64_t ahead = slots[0] > now ? slots[0] - now : 0;
  const std::uint64_t plausible = std::max(rate.depth_ns, rate.window_ms * 1'000'000) +
                                  std::uint64_t{kClockTolerance.count()} * 1'000'000;
  if (ahead > plausible) ahead = 0;
  ahead = std::min(ahead, rate.depth_ns);

  Step result;
  Tally& tally = result.tally;
  tally.allowed = rate.cost_ns <= rate.depth_ns - ahead;
  if (tally.allowed) {
    ahead += rate.cost_ns;
    result.next = now + ahead;
  } else {
    tally.retry_after =
        std::max(saturate(ceil_div(ahead + rate.cost_ns - rate.depth_ns, kNsPerSecond)), 1u);
  }
  tally.limit = rate.capacity;
  tally.remaining = std::min((rate.depth_ns - ahead) / rate.unit_ns, rate.capacity);
  tally.used = rate.capacity - tally.remaining;
  const std::uint64_t full = ceil_div(now + ahead, kNsPerSecond);
  const std::uint64_t retry = tally.allowed ? 0 : ceil_div(now, kNsPerSecond) + tally.retry_after;
  tally.reset = static_cast<std::int64_t>(std::max(full, retry));
  result.expires = saturate(full);
  return result;
}

}  // namespace

Rate make_rate(const config::Limit& limit) {
  Rate rate;
  rate.bucket = limit.algorithm == config::Limit::Algorithm::token_bucket;
  rate.cost = std::max(limit.cost, 1u);
  rate.window_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(limit.window.count(), 1));
  rate.ahead =
      std::max(saturate(static_cast<std::uint64_t>(kClockTolerance.count()) / rate.window_ms), 1u);
  const std::uint64_t requests = std::max(limit.limit, 1u);
  if (!rate.bucket) {
    rate.capacity = std::min(requests + limit.burst, kMaxCount);
    return rate;
  }
  rate.unit_ns = ceil_div(rate.window_ms * 1'000'000, requests);
  const std::uint64_t depth = limit.burst == 0 ? requests : limit.burst;
  rate.capacity = std::clamp<std::uint64_t>(depth, 1, kMaxDepthNs / rate.unit_ns);
  rate.depth_ns = rate.capacity * rate.unit_ns;
  rate.cost_ns = rate.cost > rate.capacity ? rate.depth_ns + 1 : rate.cost * rate.unit_ns;
  return rate;
}

Rate scaled(const Rate& rate, std::uint32_t per_mille) {
  if (per_mille >= kFullFactor || rate.cost > rate.capacity) return rate;
  Rate result = rate;
  result.capacity = std::max<std::uint64_t>(rate.capacity * per_mille / kFullFactor, rate.cost);
  if (!rate.bucket) return result;
  // Depth and rate shrink alike, so the time to refill stays as it is.
  result.unit_ns = rate.depth_ns / result.capacity;
  result.cost_ns = result.cost * result.unit_ns;
  return result;
}

std::uint64_t refill_seconds(const Rate& rate) {
  return rate.bucket ? ceil_div(rate.depth_ns, kNsPerSecond) : ceil_div(rate.window_ms, 1000);
}

Step step(const Rate& rate, const Slots& slots, UnixMicros now) {
  const auto now_us = static_cast<std::uint64_t>(std::max<UnixMicros>(now, 0));
  return rate.bucket ? step_bucket(rate, slots, now_us) : step_window(rate, slots, now_us);
}

std::optional<std::uint64_t> without(const Charge& charge, std::uint64_t slot, UnixMicros now) {
  if (charge.bucket) {
    // What has been refilled meanwhile must not be given a second time.
    const std::uint64_t now_ns = static_cast<std::uint64_t>(std::max<UnixMicros>(now, 0)) * 1000;
    if (charge.written <= now_ns || slot < charge.amount) return std::nullopt;
    // Lower than what was written when other charges have been taken back since.
    const std::uint64_t apart = std::max(slot, charge.written) - std::min(slot, charge.written);
    return apart <= kMaxDepthNs ? std::optional(slot - charge.amount) : std::nullopt;
  }
  if (number_of(slot) != number_of(charge.written) || count_of(slot) < charge.amount) {
    return std::nullopt;
  }
  return slot - charge.amount;
}

}  // namespace gateway::policy
