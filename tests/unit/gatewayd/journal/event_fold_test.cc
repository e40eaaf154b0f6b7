#include "gatewayd/journal/event_fold.h"

#include <doctest/doctest.h>

#include <string>

#include "gatewayd/journal/event_budget.h"

using namespace gateway;
using namespace gateway::journal;
using store::SecurityAction;
using store::SecurityRow;

namespace {

constexpr UnixMicros kSecond = 1'000'000;
constexpr UnixMicros kNow = 1'767'225'600 * kSecond;

SecurityRow refusal(std::string_view client, Decider kind = Decider::rate_limited) {
  SecurityRow row;
  row.time = kNow;
  row.kind = kind;
  row.rule = "per-ip";
  row.client = client;
  return row;
}

std::vector<SecurityRow> summaries(EventFold& fold, UnixMicros now, bool all = false) {
  std::vector<SecurityRow> rows;
  fold.summaries(now, all, rows);
  return rows;
}

}  // namespace

TEST_CASE("a worker hands over so many events of a kind a second, the next one not") {
  EventBudget budget(kEventsASecond);
  for (std::uint32_t i = 0; i < kEventsASecond; ++i) CHECK(budget.take(Decider::rate_limited, 7));
  CHECK_FALSE(budget.take(Decider::rate_limited, 7));
  CHECK(budget.take(Decider::threat, 7));  // a flood of one kind hides no other
  CHECK(budget.take(static_cast<Decider>(255), 7));
  CHECK(budget.take(Decider::rate_limited, 8));
}

TEST_CASE("what is counted is counted by kind and action") {
  CountedEvents counted;
  counted.add(Decider::threat, SecurityAction::blocked);
  counted.add(Decider::threat, SecurityAction::observed);
  counted.add(Decider::threat, SecurityAction::observed);
  counted.add(static_cast<Decider>(255), SecurityAction::observed);
  CHECK(counted.count(Decider::threat, SecurityAction::blocked) == 1);
  CHECK(counted.count(Decider::threat, SecurityAction::observed) == 2);
  CHECK(counted.total() == 4);
}

TEST_CASE("the first alike events of a window are kept, the rest become one row at its end") {
  EventFold fold;
  for (std::uint32_t i = 0; i < kAlikeKept; ++i) CHECK(fold.keep(refusal("a"), kNow));
  SecurityRow last = refusal("a");
  last.time = kNow + 5;
  CHECK_FALSE(fold.keep(refusal("a"), kNow + 1));
  CHECK_FALSE(fold.keep(last, kNow + 2));
  CHECK(fold.keep(refusal("b"), kNow));  // another client
  CHECK(fold.keep(refusal("a", Decider::threat), kNow));
  SecurityRow observed = refusal("a");
  observed.action = SecurityAction::observed;
  CHECK(fold.keep(observed, kNow));
  SecurityRow other_rule = refusal("a");
  other_rule.rule = "per-user";
  CHECK(fold.keep(other_rule, kNow));
  fold.commit(kNow);

  CHECK_FALSE(fold.due(kNow + 60 * kSecond - 1, false));
  CHECK(summaries(fold, kNow + 60 * kSecond - 1).empty());
  CHECK(fold.due(kNow + 60 * kSecond, false));
  const auto rows = summaries(fold, kNow + 60 * kSecond);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].count == 2);
  CHECK(rows[0].kind == Decider::rate_limited);
  CHECK(rows[0].rule == "per-ip");
  CHECK(rows[0].client == "a");
  CHECK(rows[0].detail == "suppressed 2");
  CHECK(rows[0].time == kNow + 5);
  fold.commit(kNow + 60 * kSecond);
  CHECK(fold.size() == 0);  // windows that are over cost nothing
  CHECK(fold.keep(refusal("a"), kNow + 61 * kSecond));
}

TEST_CASE("a window with nothing to count begins again by itself; a close does not wait") {
  EventFold fold;
  for (std::uint32_t i = 0; i < kAlikeKept; ++i) CHECK(fold.keep(refusal("a"), kNow));
  CHECK(fold.keep(refusal("a"), kNow + 60 * kSecond));
  CHECK_FALSE(fold.due(kNow, true));
  for (std::uint32_t i = 0; i < kAlikeKept; ++i) fold.keep(refusal("a"), kNow + 60 * kSecond);
  CHECK(fold.due(kNow + 60 * kSecond, true));
  REQUIRE(summaries(fold, kNow + 60 * kSecond, true).size() == 1);
  CHECK(summaries(fold, kNow + 60 * kSecond, true)[0].count == 1);
  // A clock that was set back ends the window too.
  CHECK(fold.due(kNow - 60 * kSecond, false));
}

TEST_CASE("events that come again after a failed transaction count once") {
  EventFold fold;
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < kAlikeKept + 7; ++i) kept += fold.keep(refusal("a"), kNow);
    CHECK(kept == kAlikeKept);
    const auto rows = summaries(fold, kNow, true);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].count == 7);
    if (attempt < 2) fold.roll_back();
  }
  fold.commit(kNow);
  CHECK(fold.size() == 0);
}

TEST_CASE("what workers counted is summed by kind, whatever else fails") {
  EventFold fold;
  fold.add_counted(Decider::rate_limited, SecurityAction::blocked, 40, kNow);
  fold.roll_back();
  fold.add_counted(Decider::rate_limited, SecurityAction::blocked, 2, kNow + kSecond);
  fold.add_counted(Decider::threat, SecurityAction::observed, 1, kNow + kSecond);
  const auto rows = summaries(fold, kNow, true);
  REQUIRE(rows.size() == 2);
  const SecurityRow& limited = rows[0].kind == Decider::threat ? rows[1] : rows[0];
  CHECK(limited.count == 42);
  CHECK(limited.client.empty());
  CHECK(limited.rule.empty());
}

TEST_CASE("runs beyond those that are followed are kept one by one, counts are never lost") {
  EventFold fold;
  for (std::size_t i = 0; i < kMaxFolds; ++i) fold.keep(refusal(std::to_string(i)), kNow);
  CHECK(fold.size() == kMaxFolds);
  for (int i = 0; i < 20; ++i) CHECK(fold.keep(refusal("one more"), kNow));
  CHECK(fold.size() == kMaxFolds);
  for (std::uint32_t i = 1; i < kAlikeKept; ++i) CHECK(fold.keep(refusal("0"), kNow));
  CHECK_FALSE(fold.keep(refusal("0"), kNow));
  fold.add_counted(Decider::threat, SecurityAction::blocked, 3, kNow);
  CHECK(summaries(fold, kNow, true).size() == 2);
  fold.commit(kNow + 60 * kSecond);
  CHECK(fold.size() == 0);
}
