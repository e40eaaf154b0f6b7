#include "gatewayd/net/pause.h"

#include <doctest/doctest.h>

#include <optional>

#include "gatewayd/net/task.h"

namespace {

using namespace gateway;
using namespace gateway::net;

Detached wait(Pause& pause, SteadyTime deadline, std::optional<Wait>& outcome, Loop& loop) {
  outcome = co_await pause.until(deadline);
  loop.stop();
}

}  // namespace

TEST_CASE("a pause ends at its deadline") {
  Loop loop;
  Pause pause(loop);
  std::optional<Wait> outcome;
  wait(pause, loop.now() + 20ms, outcome, loop);
  CHECK(pause.waiting());
  loop.run();
  CHECK(outcome == Wait::timeout);
  CHECK_FALSE(pause.waiting());
}

TEST_CASE("a pause ends early when woken, and may begin again") {
  Loop loop;
  Pause pause(loop);
  std::optional<Wait> outcome;
  wait(pause, kNever, outcome, loop);
  pause.wake();
  CHECK(outcome == Wait::ready);
  pause.wake();  // nobody waits: nothing happens
  outcome.reset();
  wait(pause, kNever, outcome, loop);
  CHECK_FALSE(outcome.has_value());
  pause.wake();
  CHECK(outcome == Wait::ready);
}

TEST_CASE("an interrupted pause ends, and does not begin again") {
  Loop loop;
  Pause pause(loop);
  std::optional<Wait> outcome;
  wait(pause, kNever, outcome, loop);
  pause.interrupt();
  CHECK(outcome == Wait::interrupted);
  outcome.reset();
  wait(pause, kNever, outcome, loop);
  CHECK(outcome == Wait::interrupted);
}
