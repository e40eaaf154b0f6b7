#include "shared/policy/ratio_window.h"

#include <algorithm>

namespace gateway::policy {
namespace {

constexpr unsigned kCountBits = 22;
constexpr unsigned kTagShift = 2 * kCountBits;
constexpr std::uint64_t kTagMask = (std::uint64_t{1} << (64 - kTagShift)) - 1;
// Far from any whole number of windows, so that neighbouring generations share no tag within hours.
constexpr std::uint64_t kGenerationStep = 0x9E37;

std::uint64_t tag_of(std::uint64_t number, std::uint32_t generation) {
  return (number + generation * kGenerationStep) & kTagMask;
}

RatioWindow::Counts counts_of(std::uint64_t bucket) {
  return {bucket >> kCountBits & RatioWindow::kMaxCount, bucket & RatioWindow::kMaxCount};
}

std::uint64_t pack(std::uint64_t tag, RatioWindow::Counts counts) {
  while (counts.all > RatioWindow::kMaxCount || counts.some > RatioWindow::kMaxCount) {
    counts.all /= 2;
    counts.some /= 2;
  }
  return tag << kTagShift | counts.all << kCountBits | counts.some;
}

}  // namespace

void RatioWindow::set_length(milliseconds length) {
  constexpr milliseconds::rep kMost = 24 * 3'600'000;
  const auto bounded = std::clamp<milliseconds::rep>(length.count(), kBuckets, kMost);
  width_ms_.store(static_cast<std::uint32_t>(bounded) / kBuckets, std::memory_order_relaxed);
}

std::uint64_t RatioWindow::bucket_number(SteadyTime now) const {
  const auto ms = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<milliseconds::rep>(ms, 0)) /
         width_ms_.load(std::memory_order_relaxed);
}

void RatioWindow::add(Counts counts, std::uint32_t generation, SteadyTime now) {
  const std::uint64_t number = bucket_number(now);
  const std::uint64_t tag = tag_of(number, generation);
  std::atomic<std::uint64_t>& bucket = buckets_[number % kBuckets];
  std::uint64_t seen = bucket.load();
  for (;;) {
    const bool current = seen >> kTagShift == tag;
    const Counts before = current ? counts_of(seen) : Counts{};
    const Counts sum{before.all + counts.all, before.some + counts.some};
    if (bucket.compare_exchange_weak(seen, pack(tag, sum))) return;
  }
}

void RatioWindow::take_back_some(std::uint32_t generation, SteadyTime then) {
  const std::uint64_t number = bucket_number(then);
  const std::uint64_t tag = tag_of(number, generation);
  std::atomic<std::uint64_t>& bucket = buckets_[number % kBuckets];
  std::uint64_t seen = bucket.load();
  while (seen >> kTagShift == tag && counts_of(seen).some > 0) {
    if (bucket.compare_exchange_weak(seen, seen - 1)) return;
  }
}

RatioWindow::Counts RatioWindow::counts(std::uint32_t generation, SteadyTime now) const {
  const std::uint64_t number = bucket_number(now);
  Counts sum;
  for (std::uint64_t back = 0; back < kBuckets; ++back) {
    const std::uint64_t bucket = buckets_[(number + kBuckets - back) % kBuckets].load();
    const std::uint64_t tag = bucket >> kTagShift;
    // In the place of the oldest tenth a thread ahead of this one may have begun the next.
    const bool ahead = back == kBuckets - 1 && tag == tag_of(number + 1, generation);
    if (tag != tag_of(number - back, generation) && !ahead) continue;
    const Counts counts = counts_of(bucket);
    sum.all += counts.all;
    sum.some += counts.some;
  }
  return sum;
}

}  // namespace gateway::policy
