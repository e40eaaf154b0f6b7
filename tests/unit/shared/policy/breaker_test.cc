#include "shared/policy/breaker.h"

#include <doctest/doctest.h>

#include "tests/unit/shared/policy/breaker_fixture.h"

namespace {

using namespace gateway;
using namespace gateway::policy;
using Kind = BreakerTicket::Kind;

BreakerState state(const Breaker& breaker) {
  return breaker.view(kBegin).state;
}

config::Breaker rate_config(std::uint32_t rate, std::uint32_t min_requests) {
  config::Breaker config = breaker_config();
  config.failures = 10'000;
  config.rate = rate;
  config.min_requests = min_requests;
  return config;
}

// Half open at kBegin + 60 s, with the first probe's place taken.
BreakerTicket begin_probing(Breaker& breaker) {
  fail(breaker, 5, kBegin);
  return breaker.admit(kBegin + 60s).ticket;
}

}  // namespace

TEST_CASE("opens with the last of the failures in a row") {
  Breaker breaker(breaker_config());
  CHECK_FALSE(fail(breaker, 4, kBegin));
  CHECK(state(breaker) == BreakerState::closed);
  CHECK_FALSE(send(breaker, kSuccess, kBegin));
  CHECK_FALSE(fail(breaker, 4, kBegin));
  CHECK(breaker.view(kBegin).failures == 4);
  const BreakerChange change =
      send(breaker, {UpstreamOutcome::Verdict::failure, Decider::upstream, 503}, kBegin);
  REQUIRE(change);
  CHECK(change.from == BreakerState::closed);
  CHECK(change.to == BreakerState::open);
  CHECK(change.reason == BreakerReason::failures_in_a_row);
  CHECK(change.failures == 5);
  CHECK(change.window_requests == 0);
  CHECK(change.open_for == 60s);
  CHECK(change.last == LastFailure{Decider::upstream, 503});
  CHECK(breaker.view(kBegin).failures == 5);
  CHECK(breaker.view(kBegin).since == kBegin);
  CHECK(breaker.view(kBegin).until == kBegin + 60s);
}

TEST_CASE("a client that leaves counts neither way") {
  Breaker breaker(breaker_config());
  fail(breaker, 4, kBegin);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(send(breaker, kLeft, kBegin));
  CHECK(breaker.view(kBegin).failures == 4);
  CHECK(send(breaker, kFailure, kBegin));
}

TEST_CASE("open refuses until its time is over and says how long that is") {
  Breaker breaker(breaker_config());
  fail(breaker, 5, kBegin);
  const auto refused = breaker.admit(kBegin);
  CHECK(refused.ticket.kind == Kind::refused);
  CHECK(refused.retry_after == 60);
  CHECK_FALSE(refused.change);
  CHECK_FALSE(breaker.record(refused.ticket, kFailure, request_id(1), kBegin));
  CHECK(breaker.admit(kBegin + 1ms).retry_after == 60);
  CHECK(breaker.admit(kBegin + 1s).retry_after == 59);
  CHECK(breaker.admit(kBegin + 59s).retry_after == 1);
  CHECK(breaker.admit(kBegin + 59999ms).retry_after == 1);
  const auto probe = breaker.admit(kBegin + 60s);
  CHECK(probe.ticket.kind == Kind::probe);
  CHECK(probe.retry_after == 0);
  CHECK(probe.change.from == BreakerState::open);
  CHECK(probe.change.to == BreakerState::half_open);
  CHECK(probe.change.reason == BreakerReason::pause_over);
}

TEST_CASE("half open lets a stated number of probes through at once") {
  config::Breaker config = breaker_config();
  config.probes = 3;
  config.successes = 100;
  Breaker breaker(config);
  BreakerTicket first = begin_probing(breaker);
  const SteadyTime now = kBegin + 60s;
  CHECK(breaker.admit(now).ticket.kind == Kind::probe);
  CHECK(breaker.admit(now).ticket.kind == Kind::probe);
  const auto refused = breaker.admit(now);
  CHECK(refused.ticket.kind == Kind::refused);
  CHECK(refused.retry_after == 1);
  CHECK(breaker.view(now).probes == 3);
  CHECK_FALSE(breaker.record(first, kSuccess, request_id(1), now));
  CHECK(breaker.view(now).probes == 2);
  CHECK(breaker.admit(now).ticket.kind == Kind::probe);
  CHECK(breaker.admit(now).ticket.kind == Kind::refused);
}

TEST_CASE("successes in a row close it, with nothing counted") {
  Breaker breaker(breaker_config());
  const BreakerTicket probe = begin_probing(breaker);
  const SteadyTime now = kBegin + 61s;
  CHECK_FALSE(breaker.record(probe, kSuccess, request_id(1), now));
  const BreakerChange change = send(breaker, kSuccess, now);
  CHECK(change.from == BreakerState::half_open);
  CHECK(change.to == BreakerState::closed);
  CHECK(change.reason == BreakerReason::probes_succeeded);
  CHECK(change.successes == 2);
  CHECK(change.last == LastFailure{Decider::upstream_connect, 0});
  CHECK(breaker.view(now).failures == 0);
  CHECK(breaker.view(now).since == now);
  CHECK_FALSE(fail(breaker, 4, now));
  CHECK(fail(breaker, 1, now));
}

TEST_CASE("a probe that fails opens it again for the whole pause") {
  Breaker breaker(breaker_config());
  const BreakerTicket probe = begin_probing(breaker);
  const SteadyTime now = kBegin + 70s;
  breaker.record(probe, kSuccess, request_id(1), now);
  const BreakerChange change = send(breaker, kFailure, now);
  CHECK(change.from == BreakerState::half_open);
  CHECK(change.to == BreakerState::open);
  CHECK(change.reason == BreakerReason::probe_failed);
  CHECK(change.successes == 1);
  CHECK(change.open_for == 60s);
  CHECK_FALSE(breaker.admit(now + 59999ms).ticket.admitted());
  CHECK(breaker.admit(now + 60s).ticket.kind == Kind::probe);
  CHECK(breaker.view(now).successes == 0);
}

TEST_CASE("a probe whose client leaves gives its place back and counts neither way") {
  Breaker breaker(breaker_config());
  const BreakerTicket probe = begin_probing(breaker);
  const SteadyTime now = kBegin + 60s;
  CHECK_FALSE(breaker.record(probe, kLeft, request_id(1), now));
  CHECK(breaker.view(now).probes == 0);
  CHECK(breaker.view(now).state == BreakerState::half_open);
  CHECK_FALSE(send(breaker, kSuccess, now));
  CHECK_FALSE(send(breaker, kLeft, now));
  CHECK(send(breaker, kSuccess, now).to == BreakerState::closed);
}

TEST_CASE("an outcome of an earlier state counts no more") {
  Breaker breaker(breaker_config());
  const BreakerTicket early = breaker.admit(kBegin).ticket;
  const BreakerTicket probe = begin_probing(breaker);
  const SteadyTime now = kBegin + 60s;
  CHECK_FALSE(breaker.record(early, kFailure, request_id(1), now));
  CHECK(breaker.view(now).probes == 1);
  breaker.record(probe, kSuccess, request_id(1), now);
  const BreakerTicket second = breaker.admit(now).ticket;
  CHECK_FALSE(breaker.record(early, kSuccess, request_id(1), now));
  CHECK(breaker.record(second, kSuccess, request_id(1), now));
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(breaker.record(early, kFailure, request_id(1), now));
    CHECK_FALSE(breaker.record(probe, kFailure, request_id(1), now));
  }
  CHECK(breaker.view(now).failures == 0);
}

TEST_CASE("the rate opens it from the least number of requests on") {
  Breaker breaker(rate_config(50, 20));
  for (int i = 0; i < 9; ++i) {
    CHECK_FALSE(send(breaker, kSuccess, kBegin));
    CHECK_FALSE(send(breaker, kFailure, kBegin));
  }
  CHECK_FALSE(send(breaker, kFailure, kBegin));  // 10 of 19
  CHECK_FALSE(send(breaker, kSuccess, kBegin));  // only a failure opens
  CHECK(breaker.view(kBegin).window_requests == 20);
  const BreakerChange change = send(breaker, kFailure, kBegin);
  CHECK(change.reason == BreakerReason::failure_rate);
  CHECK(change.failures == 1);
  CHECK(change.window_requests == 21);
  CHECK(change.window_failures == 11);
}

TEST_CASE("a rate one below the stated one does not open") {
  Breaker breaker(rate_config(50, 1));
  for (int i = 0; i < 100; ++i) {
    REQUIRE_FALSE(send(breaker, kSuccess, kBegin));
    REQUIRE_FALSE(send(breaker, kSuccess, kBegin));
    REQUIRE_FALSE(send(breaker, kFailure, kBegin));
  }
}

TEST_CASE("failures older than the window count no more, nor do those before a pause") {
  Breaker breaker(rate_config(50, 10));
  CHECK_FALSE(fail(breaker, 9, kBegin));
  CHECK_FALSE(fail(breaker, 9, kBegin + 10s));
  CHECK(fail(breaker, 1, kBegin + 10s).window_failures == 10);
  SteadyTime now = kBegin + 70s;
  send(breaker, kSuccess, now);
  send(breaker, kSuccess, now);
  CHECK(breaker.view(now).state == BreakerState::closed);
  CHECK(breaker.view(now).window_requests == 0);
  CHECK_FALSE(fail(breaker, 9, now));
}

TEST_CASE("thresholds at their bounds") {
  config::Breaker config = breaker_config();
  config.failures = 1;
  config.successes = 1;
  Breaker least(config);
  CHECK(fail(least, 1, kBegin));
  CHECK(send(least, kSuccess, kBegin + 60s).to == BreakerState::closed);

  config.failures = 10'000;
  config.successes = 10'000;
  config.probes = 1000;
  config.open_for = 24h;
  Breaker most(config);
  CHECK_FALSE(fail(most, 9'999, kBegin));
  CHECK(fail(most, 1, kBegin).failures == 10'000);
  const SteadyTime now = kBegin + 24h;
  CHECK(most.admit(now - 1ms).retry_after == 1);
  std::vector<BreakerTicket> probes;
  for (int i = 0; i < 1000; ++i) probes.push_back(most.admit(now).ticket);
  CHECK(probes.back().kind == Kind::probe);
  CHECK_FALSE(most.admit(now).ticket.admitted());
  for (const BreakerTicket& probe : probes) most.record(probe, kSuccess, request_id(1), now);
  CHECK(most.view(now).probes == 0);
  for (int i = 0; i < 8'999; ++i) CHECK_FALSE(send(most, kSuccess, now));
  CHECK(send(most, kSuccess, now).successes == 10'000);

  Breaker none(config::Breaker{0, 0, 0ms, {}, 0ms, 0, 0, {}, {}});
  CHECK(fail(none, 1, kBegin).failures == 1);
  CHECK(send(none, kSuccess, kBegin).to == BreakerState::closed);
}

TEST_CASE("new thresholds hold at once; state and counts stay") {
  Breaker breaker(breaker_config());
  fail(breaker, 3, kBegin);
  config::Breaker config = breaker_config();
  config.failures = 4;
  config.open_for = 10s;
  breaker.adopt(config);
  CHECK(breaker.view(kBegin).failures == 3);
  CHECK(fail(breaker, 1, kBegin).open_for == 10s);
  config.open_for = 99s;
  config.successes = 1;
  breaker.adopt(config);
  CHECK(breaker.admit(kBegin).retry_after == 10);
  CHECK(send(breaker, kSuccess, kBegin + 10s).to == BreakerState::closed);

  Breaker rated(rate_config(50, 10));
  fail(rated, 9, kBegin);
  rated.adopt(rate_config(60, 10));
  CHECK(fail(rated, 1, kBegin).window_failures == 10);
}

TEST_CASE("remembers which requests failed") {
  Breaker breaker(breaker_config());
  send(breaker, kFailure, kBegin, 1);
  send(breaker, kSuccess, kBegin, 2);
  for (std::uint8_t i = 3; i < 8; ++i) send(breaker, kFailure, kBegin, i);
  CHECK(breaker.failed_requests(5) == std::vector<Uuid>{request_id(3), request_id(4), request_id(5),
                                                        request_id(6), request_id(7)});
  CHECK(breaker.failed_requests().size() == 6);
  CHECK(breaker.failed_requests(0).empty());
}

TEST_CASE("a permit gives its place back unless an outcome was recorded") {
  Breaker breaker(breaker_config());
  const SteadyTime now = kBegin + 60s;
  {
    BreakerPermit permit(breaker, begin_probing(breaker));
    BreakerPermit moved(std::move(permit));
    CHECK(breaker.view(now).probes == 1);
  }
  CHECK(breaker.view(now).probes == 0);
  {
    BreakerPermit permit(breaker, breaker.admit(now).ticket);
    CHECK_FALSE(permit.record(kSuccess, request_id(1), now));
    CHECK_FALSE(permit.record(kSuccess, request_id(1), now));
  }
  CHECK(breaker.view(now).successes == 1);
  BreakerPermit held;
  held = BreakerPermit(breaker, breaker.admit(now).ticket);
  CHECK(breaker.view(now).probes == 1);
  held = BreakerPermit();
  CHECK(breaker.view(now).probes == 0);
  CHECK_FALSE(held.record(kFailure, request_id(1), now));
}
