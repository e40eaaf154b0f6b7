#include "gatewayd/net/timer_wheel.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace {

using namespace gateway;
using net::Timer;
using net::TimerWheel;

struct Counted final : Timer {
  int fired = 0;
  void expired() override { ++fired; }
};

const SteadyTime kStart{};

}  // namespace

TEST_CASE("a timer fires once, not early and at most a tick late") {
  TimerWheel wheel(kStart);
  for (const auto delay : {1ms, 9ms, 10ms, 11ms, 1234ms, 10239ms, 10240ms, 60000ms}) {
    CAPTURE(delay.count());
    Counted timer;
    TimerWheel fresh(kStart);
    fresh.arm(timer, kStart + delay);
    for (auto at = 0ms; at < delay; at += 1ms) fresh.advance(kStart + at);
    CHECK(timer.fired == 0);
    fresh.advance(kStart + delay + TimerWheel::kTick);
    CHECK(timer.fired == 1);
    fresh.advance(kStart + delay + 120s);
    CHECK(timer.fired == 1);
  }
}

TEST_CASE("a deadline may move either way") {
  TimerWheel wheel(kStart);
  Counted timer;
  wheel.arm(timer, kStart + 5s);
  wheel.arm(timer, kStart + 100ms);
  wheel.advance(kStart + 120ms);
  CHECK(timer.fired == 1);
  wheel.arm(timer, kStart + 200ms);
  wheel.arm(timer, kStart + 5s);
  wheel.advance(kStart + 4s);
  CHECK(timer.fired == 1);
  wheel.advance(kStart + 5s + TimerWheel::kTick);
  CHECK(timer.fired == 2);
}

TEST_CASE("a deadline that was moved far away does not hide those before it") {
  TimerWheel wheel(kStart);
  Counted moved;
  Counted waiting;
  wheel.arm(moved, kStart + 100ms);
  wheel.arm(waiting, kStart + 600ms);
  wheel.arm(moved, kStart + 60s);
  wheel.advance(kStart + 100ms);  // notices that it was moved
  CHECK(wheel.sleep_ms(kStart + 100ms) == 500);
  wheel.advance(kStart + 600ms);
  CHECK(waiting.fired == 1);
  CHECK(moved.fired == 0);
}

TEST_CASE("a timer that arms another does not hide those between") {
  TimerWheel wheel(kStart);
  Counted later;
  Counted between;
  struct Arming final : Timer {
    Arming(TimerWheel& in, Timer& timer) : wheel_in(in), next(timer) {}
    void expired() override { wheel_in.arm(next, kStart + 5s); }
    TimerWheel& wheel_in;
    Timer& next;
  };
  Arming first(wheel, later);
  wheel.arm(first, kStart + 100ms);
  wheel.arm(between, kStart + 600ms);
  wheel.advance(kStart + 100ms);
  wheel.advance(kStart + 600ms);
  CHECK(between.fired == 1);
}

TEST_CASE("a disarmed or destroyed timer never fires") {
  TimerWheel wheel(kStart);
  Counted disarmed;
  wheel.arm(disarmed, kStart + 50ms);
  disarmed.disarm();
  {
    Counted gone;
    wheel.arm(gone, kStart + 50ms);
  }
  wheel.advance(kStart + 1s);
  CHECK(disarmed.fired == 0);
}

TEST_CASE("a timer may destroy others that are due with it") {
  TimerWheel wheel(kStart);
  std::vector<std::unique_ptr<Timer>> others;
  struct Killer final : Timer {
    explicit Killer(std::vector<std::unique_ptr<Timer>>& list) : victims(list) {}
    void expired() override { victims.clear(); }
    std::vector<std::unique_ptr<Timer>>& victims;
  };
  for (int i = 0; i < 10; ++i) {
    others.push_back(std::make_unique<Counted>());
    wheel.arm(*others.back(), kStart + 20ms);
  }
  Killer killer(others);
  wheel.arm(killer, kStart + 20ms);  // linked last, so it is the first to fire
  wheel.advance(kStart + 40ms);
  CHECK(others.empty());
}

TEST_CASE("the loop sleeps until the first deadline and without end when there is none") {
  TimerWheel wheel(kStart);
  CHECK(wheel.sleep_ms(kStart) == -1);
  Counted timer;
  wheel.arm(timer, kStart + 250ms);
  CHECK(wheel.sleep_ms(kStart) == 250);
  CHECK(wheel.sleep_ms(kStart + 249ms) == 1);
  CHECK(wheel.sleep_ms(kStart + 300ms) == 0);
}

TEST_CASE("a timer armed again while others fire holds up none that is due before it") {
  struct Again final : Timer {
    explicit Again(TimerWheel& on) : wheel(on) {}
    void expired() override { wheel.arm(*this, kStart + 5s); }
    TimerWheel& wheel;
  };
  TimerWheel wheel(kStart);
  Again again(wheel);
  Counted moved;
  Counted soon;
  wheel.arm(again, kStart + 100ms);
  wheel.arm(moved, kStart + 100ms);
  wheel.arm(moved, kStart + 6s);
  wheel.arm(soon, kStart + 200ms);
  wheel.advance(kStart + 110ms);
  CHECK(wheel.sleep_ms(kStart + 110ms) <= 90);
  wheel.advance(kStart + 210ms);
  CHECK(soon.fired == 1);
  CHECK(moved.fired == 0);
  wheel.advance(kStart + 6s + TimerWheel::kTick);
  CHECK(moved.fired == 1);
}
