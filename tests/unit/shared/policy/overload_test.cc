#include "shared/policy/overload.h"

#include <doctest/doctest.h>

namespace {

using namespace gateway;
using namespace gateway::policy;

constexpr SteadyTime kBegin{1000s};

bool sheds(OverloadState& state, microseconds lag, SteadyTime now) {
  return decide_overload(state, lag, 100ms, now).shed;
}

}  // namespace

TEST_CASE("refuses past the bound, not at it") {
  OverloadState state;
  CHECK_FALSE(sheds(state, 100ms, kBegin));
  CHECK(sheds(state, 100001us, kBegin));
}

TEST_CASE("goes on until the lag was half the bound for as long as the bound") {
  OverloadState state;
  CHECK(sheds(state, 101ms, kBegin));
  CHECK(sheds(state, 50ms, kBegin + 1ms));
  CHECK(sheds(state, 0ms, kBegin + 99ms));
  CHECK_FALSE(sheds(state, 0ms, kBegin + 100ms));

  CHECK(sheds(state, 101ms, kBegin + 1s));
  CHECK(sheds(state, 50001us, kBegin + 1090ms));  // once more late
  CHECK(sheds(state, 0ms, kBegin + 1189ms));
  CHECK_FALSE(sheds(state, 100ms, kBegin + 1190ms));  // over: the whole bound holds again
}

TEST_CASE("ends by itself without a request") {
  OverloadState state;
  CHECK(sheds(state, 5s, kBegin));
  CHECK_FALSE(sheds(state, 100ms, kBegin + 10s));
}

TEST_CASE("Retry-After grows with what the overload has lasted, within bounds") {
  OverloadState state;
  SteadyTime now = kBegin;
  const auto after = [&] { return decide_overload(state, 200ms, 100ms, now).retry_after; };
  CHECK(after() == 1);
  for (; now < kBegin + 999ms; now += 37ms) CHECK(after() == 1);
  now = kBegin + 1s;
  CHECK(after() == 2);
  for (; now < kBegin + 60s; now += 37ms) after();
  CHECK(after() == kMaxRetryAfter);
  now += 1s;
  CHECK(decide_overload(state, 0ms, 100ms, now).retry_after == 0);
  CHECK(after() == 1);
}

TEST_CASE("a bound of a millisecond can be recovered from") {
  OverloadState state;
  CHECK(decide_overload(state, 2ms, 1ms, kBegin).shed);
  CHECK(decide_overload(state, 501us, 1ms, kBegin + 500us).shed);
  CHECK(decide_overload(state, 500us, 1ms, kBegin + 1400us).shed);
  CHECK_FALSE(decide_overload(state, 500us, 1ms, kBegin + 1500us).shed);
}
