#include "shared/control/revision_window.h"

#include <doctest/doctest.h>

namespace gateway::control {
namespace {

using enum store::ConfigVerdict;

store::ConfigChange change(UnixMicros time, std::uint32_t revision, store::ConfigVerdict verdict) {
  store::ConfigChange made;
  made.time = time;
  made.revision = revision;
  made.verdict = verdict;
  return made;
}

}  // namespace

TEST_CASE("a revision served until the next one that did") {
  const std::vector<store::ConfigChange> changes = {
      change(500, 4, live),        change(450, 0, rejected), change(400, 2, live),
      change(300, 3, rolled_back), change(250, 2, live),     change(200, 2, live),
      change(100, 1, live),
  };
  const auto check = [&](std::uint32_t revision, UnixMicros since, UnixMicros until) {
    const auto window = window_of(changes, revision, 900);
    REQUIRE(window);
    CHECK(window->since == since);
    CHECK(window->until == until);
  };
  check(4, 500, 900);
  check(3, 300, 400);
  check(2, 400, 500);  // the last time
  check(1, 100, 200);
  CHECK_FALSE(window_of(changes, 5, 900));
  CHECK_FALSE(window_of(changes, 0, 900));
  CHECK_FALSE(window_of({}, 1, 900));
  // Read again, or started again, with the same texts.
  const auto same =
      window_of({change(300, 2, live), change(250, 2, live), change(200, 1, live)}, 2, 900);
  REQUIRE(same);
  CHECK(same->since == 250);
  CHECK(same->until == 900);
}

}  // namespace gateway::control
