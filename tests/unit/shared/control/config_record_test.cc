#include "shared/control/config_record.h"

#include <doctest/doctest.h>

using namespace gateway;
using namespace gateway::control;
using store::ConfigChange;
using store::ConfigVerdict;

namespace {

ConfigChange row(std::int64_t id, std::string sha256, std::uint32_t revision,
                 ConfigVerdict verdict = ConfigVerdict::live) {
  ConfigChange change;
  change.id = id;
  change.sha256 = std::move(sha256);
  change.revision = revision;
  change.verdict = verdict;
  return change;
}

const RecordedConfig kServing{"bb", "root", 7};

ReloadVerdict verdict_of(bool accepted) {
  ReloadVerdict verdict;
  verdict.accepted = accepted;
  verdict.revision = 7;
  if (!accepted) verdict.message = "gatewayd.toml:1:1 toml-syntax";
  return verdict;
}

}  // namespace

TEST_CASE("after a crash: the newest pending row that says what serves came to serve") {
  const auto settled =
      settle_left({row(9, "cc", 0, ConfigVerdict::pending), row(8, "bb", 0, ConfigVerdict::pending),
                   row(7, "bb", 0, ConfigVerdict::pending), row(6, "bb", 6), row(5, "aa", 5)},
                  kServing);
  REQUIRE(settled.size() == 3);
  CHECK(settled[0].id == 9);
  CHECK(settled[0].verdict == ConfigVerdict::rejected);
  CHECK(settled[0].revision == 0);
  CHECK(std::string(settled[0].reason) == "gatewayd ended before it served");
  CHECK(settled[1].id == 8);
  CHECK(settled[1].verdict == ConfigVerdict::live);
  CHECK(settled[1].revision == 7);
  CHECK(settled[2].verdict == ConfigVerdict::rejected);
  CHECK(settle_left({row(6, "bb", 6)}, kServing).empty());
}

TEST_CASE("a start is recorded unless the last that served serves again") {
  CHECK_FALSE(
      record_start({row(9, "cc", 0, ConfigVerdict::rejected), row(8, "bb", 7)}, kServing, "start"));
  const auto first = record_start({}, kServing, "start");
  REQUIRE(first);
  CHECK(first->revision == 7);
  CHECK(first->parent == 0);
  CHECK(first->by == "root");
  CHECK(first->cause == "start");
  CHECK(first->verdict == ConfigVerdict::live);
  const auto other = record_start({row(8, "aa", 6), row(7, "bb", 5)}, kServing, "start");
  REQUIRE(other);
  CHECK(other->parent == 6);
  CHECK(record_start({row(8, "bb", 7, ConfigVerdict::rolled_back)}, kServing, "start"));
}

TEST_CASE("a reload is recorded when it read something new") {
  const auto accepted = verdict_of(true);
  CHECK_FALSE(record_reload({row(8, "bb", 7)}, kServing, accepted));
  CHECK_FALSE(record_reload({row(9, "cc", 0, ConfigVerdict::rejected), row(8, "bb", 7)}, kServing,
                            accepted));
  const auto fresh = record_reload({row(8, "aa", 6)}, kServing, accepted);
  REQUIRE(fresh);
  CHECK(fresh->revision == 7);
  CHECK(fresh->parent == 6);
  CHECK(fresh->cause == "reload");
  CHECK(fresh->reason.empty());
}

TEST_CASE("a rejected reload is recorded once, with why, beside what goes on serving") {
  const auto rejected = verdict_of(false);
  const RecordedConfig bad{"dd", "SIGHUP", 7};
  const auto told = record_reload({row(8, "bb", 7)}, bad, rejected);
  REQUIRE(told);
  CHECK(told->revision == 0);
  CHECK(told->parent == 7);
  CHECK(told->by == "SIGHUP");
  CHECK(told->verdict == ConfigVerdict::rejected);
  CHECK(told->reason == "gatewayd.toml:1:1 toml-syntax");
  CHECK_FALSE(
      record_reload({row(9, "dd", 0, ConfigVerdict::rejected), row(8, "bb", 7)}, bad, rejected));
  // What serves, read again and rejected for a file that it names.
  CHECK(record_reload({row(8, "bb", 7)}, kServing, rejected));
}
