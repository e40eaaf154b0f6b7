#include <doctest/doctest.h>

#include "shared/policy/breaker.h"
#include "tests/unit/shared/policy/breaker_fixture.h"

namespace {

using namespace gateway;
using namespace gateway::policy;
using Kind = BreakerTicket::Kind;

constexpr UnixMicros kUnix = 1'790'000'000'000'000;
constexpr UnixMicros kSecond = 1'000'000;

BreakerRecord opened_record() {
  Breaker breaker(breaker_config());
  fail(breaker, 5, kBegin);
  return *breaker.save(kBegin + 10s, kUnix + 10 * kSecond);
}

}  // namespace

TEST_CASE("an operator opens it for a time, and may change that time") {
  Breaker breaker(breaker_config());
  fail(breaker, 2, kBegin);
  const BreakerChange change = breaker.open(kBegin + 600s, kBegin);
  CHECK(change.from == BreakerState::closed);
  CHECK(change.to == BreakerState::open);
  CHECK(change.reason == BreakerReason::opened_by_hand);
  CHECK(change.failures == 2);
  CHECK(change.open_for == 600s);
  CHECK(breaker.view(kBegin).by_hand);
  CHECK(breaker.admit(kBegin).retry_after == 600);
  const BreakerChange again = breaker.open(kBegin + 30s, kBegin + 1s);
  CHECK(again.from == BreakerState::open);
  CHECK(again.to == BreakerState::open);
  CHECK(again.open_for == 29s);
  CHECK(breaker.admit(kBegin + 30s).ticket.kind == Kind::probe);
  CHECK_FALSE(breaker.view(kBegin).by_hand);
}

TEST_CASE("opened until the past or the end of time") {
  Breaker breaker(breaker_config());
  CHECK(breaker.open(kBegin - 1s, kBegin).open_for == 0ms);
  CHECK(breaker.admit(kBegin).ticket.kind == Kind::probe);
  breaker.open(SteadyTime::max(), kBegin);
  CHECK(breaker.admit(kBegin).retry_after > 86'400u * 365);
  CHECK_FALSE(breaker.admit(kBegin + 24h * 365).ticket.admitted());
}

TEST_CASE("an operator closes it, with nothing counted") {
  Breaker breaker(breaker_config());
  fail(breaker, 4, kBegin);
  const BreakerChange cleared = breaker.reset(kBegin);
  CHECK(cleared.from == BreakerState::closed);
  CHECK(cleared.to == BreakerState::closed);
  CHECK(cleared.reason == BreakerReason::reset_by_hand);
  CHECK(cleared.failures == 4);
  CHECK_FALSE(fail(breaker, 4, kBegin));
  fail(breaker, 1, kBegin);
  const BreakerChange closed = breaker.reset(kBegin + 1s);
  CHECK(closed.from == BreakerState::open);
  CHECK(breaker.admit(kBegin + 1s).ticket.kind == Kind::allowed);
  CHECK(breaker.view(kBegin).failures == 0);
}

TEST_CASE("a closed breaker has nothing to save") {
  Breaker breaker(breaker_config());
  fail(breaker, 4, kBegin);
  CHECK_FALSE(breaker.save(kBegin, kUnix).has_value());
}

TEST_CASE("an open breaker is open for the rest of its pause after a restart") {
  const BreakerRecord record = opened_record();
  CHECK(record.state == BreakerState::open);
  CHECK_FALSE(record.by_hand);
  CHECK(record.opened_at == kUnix);
  CHECK(record.open_for == 60s);
  CHECK(record.failures == 5);
  CHECK(record.last == LastFailure{Decider::upstream_connect, 0});

  constexpr SteadyTime kBooted{3s};  // another boot: steady time began anew
  Breaker breaker(breaker_config());
  CHECK(breaker.restore(record, kBooted, kUnix + 20 * kSecond));
  CHECK(breaker.admit(kBooted).retry_after == 40);
  CHECK(breaker.view(kBooted).failures == 5);
  CHECK(breaker.view(kBooted).last == LastFailure{Decider::upstream_connect, 0});
  const auto again = breaker.save(kBooted + 5s, kUnix + 25 * kSecond);
  REQUIRE(again.has_value());
  CHECK(again->opened_at == kUnix);
  CHECK(again->open_for == 60s);
  CHECK_FALSE(breaker.admit(kBooted + 39999ms).ticket.admitted());
  CHECK(breaker.admit(kBooted + 40s).ticket.kind == Kind::probe);
}

TEST_CASE("a pause that is over by the restart leads to probing") {
  for (const UnixMicros later : {60 * kSecond, 60'000 * kSecond}) {
    Breaker breaker(breaker_config());
    CHECK(breaker.restore(opened_record(), kBegin, kUnix + later));
    CHECK(breaker.view(kBegin).state == BreakerState::half_open);
    CHECK(breaker.admit(kBegin).ticket.kind == Kind::probe);
    CHECK_FALSE(breaker.admit(kBegin).ticket.admitted());
  }
}

TEST_CASE("half open is half open after a restart, without the probes that were under way") {
  Breaker before(breaker_config());
  fail(before, 5, kBegin);
  before.admit(kBegin + 60s);
  const auto record = before.save(kBegin + 61s, kUnix);
  REQUIRE(record.has_value());
  CHECK(record->state == BreakerState::half_open);
  CHECK(record->opened_at == kUnix - kSecond);
  Breaker breaker(breaker_config());
  CHECK(breaker.restore(*record, kBegin, kUnix));
  CHECK(breaker.view(kBegin).probes == 0);
  CHECK(breaker.admit(kBegin).ticket.kind == Kind::probe);
}

TEST_CASE("opened by hand stays so over a restart") {
  Breaker before(breaker_config());
  before.open(kBegin + 600s, kBegin);
  const auto record = before.save(kBegin, kUnix);
  REQUIRE(record.has_value());
  Breaker breaker(breaker_config());
  CHECK(breaker.restore(*record, kBegin, kUnix + kSecond));
  CHECK(breaker.view(kBegin).by_hand);
  CHECK(breaker.admit(kBegin).retry_after == 599);
}

TEST_CASE("a clock that was set back never makes the pause longer") {
  BreakerRecord record = opened_record();
  record.opened_at = kUnix + 3600 * kSecond;
  Breaker breaker(breaker_config());
  CHECK(breaker.restore(record, kBegin, kUnix));
  CHECK(breaker.admit(kBegin).retry_after == 60);
}

TEST_CASE("what was saved may be anything") {
  BreakerRecord record = opened_record();
  for (const milliseconds open_for : {milliseconds::min(), milliseconds::max()}) {
    for (const UnixMicros opened_at : {INT64_MIN, UnixMicros{0}, INT64_MAX}) {
      record.open_for = open_for;
      record.opened_at = opened_at;
      Breaker breaker(breaker_config());
      CHECK(breaker.restore(record, kBegin, kUnix));
      breaker.admit(kBegin);
      breaker.save(kBegin, kUnix);
      CHECK(breaker.reset(kBegin));
    }
  }
  record.state = BreakerState::closed;
  CHECK_FALSE(Breaker(breaker_config()).restore(record, kBegin, kUnix));
  record.state = static_cast<BreakerState>(7);
  CHECK_FALSE(Breaker(breaker_config()).restore(record, kBegin, kUnix));
}

TEST_CASE("a breaker that has seen something is not restored") {
  Breaker breaker(breaker_config());
  fail(breaker, 1, kBegin);
  CHECK_FALSE(breaker.restore(opened_record(), kBegin, kUnix));
  breaker.reset(kBegin);
  CHECK_FALSE(breaker.restore(opened_record(), kBegin, kUnix));
}

TEST_CASE("names are stable") {
  CHECK(name_of(BreakerState::half_open) == "half-open");
  CHECK(name_of(BreakerState::open) == "open");
  CHECK(name_of(BreakerState::closed) == "closed");
  CHECK(name(BreakerReason::none) == "none");
  CHECK(name(BreakerReason::failures_in_a_row) == "failures-in-a-row");
  CHECK(name(BreakerReason::failure_rate) == "failure-rate");
  CHECK(name(BreakerReason::probe_failed) == "probe-failed");
  CHECK(name(BreakerReason::probes_succeeded) == "probes-succeeded");
  CHECK(name(BreakerReason::pause_over) == "pause-over");
  CHECK(name(BreakerReason::opened_by_hand) == "opened-by-hand");
  CHECK(name(BreakerReason::reset_by_hand) == "reset-by-hand");
  CHECK(name(static_cast<BreakerReason>(99)) == "none");
}
