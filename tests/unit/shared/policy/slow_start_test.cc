#include "shared/policy/slow_start.h"

#include <doctest/doctest.h>

namespace gateway::policy {
namespace {

constexpr SteadyTime kBack{1h};

TEST_CASE("without slow start the share is full at once") {
  CHECK(slow_start_share(0ms, kBack, kBack) == kFullShare);
  CHECK(slow_start_share(0ms, kBack, kBack - 1s) == kFullShare);
}

TEST_CASE("what always was there has its full share, whatever the time") {
  CHECK(slow_start_share(1h, SteadyTime::min(), SteadyTime{}) == kFullShare);
  CHECK(slow_start_share(1h, SteadyTime::min(), kBack) == kFullShare);
}

TEST_CASE("the share grows in a straight line from the first to the full one") {
  CHECK(slow_start_share(10s, kBack, kBack - 1h) == kFirstShare);
  CHECK(slow_start_share(10s, kBack, kBack) == kFirstShare);
  CHECK(slow_start_share(10s, kBack, kBack + 1s) == 190);
  CHECK(slow_start_share(10s, kBack, kBack + 5s) == 550);
  CHECK(slow_start_share(10s, kBack, kBack + 9s) == 910);
  CHECK(slow_start_share(10s, kBack, kBack + 10s - 1ns) == 999);
  CHECK(slow_start_share(10s, kBack, kBack + 10s) == kFullShare);
  CHECK(slow_start_share(10s, kBack, kBack + 24h) == kFullShare);
}

TEST_CASE("it never falls, and never leaves its bounds") {
  for (const milliseconds time : {milliseconds(1), milliseconds(30s), milliseconds(1h)}) {
    std::uint32_t last = kFirstShare;
    for (int step = -10; step <= 1010; ++step) {
      const auto now = kBack + std::chrono::nanoseconds(time) * step / 1000;
      const std::uint32_t share = slow_start_share(time, kBack, now);
      REQUIRE(share >= last);
      REQUIRE(share <= kFullShare);
      last = share;
    }
    CHECK(last == kFullShare);
  }
}

}  // namespace
}  // namespace gateway::policy
