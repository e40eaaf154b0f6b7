#include <doctest/doctest.h>

#include "gatewayctl/doctor/judge.h"

using namespace gateway;
using namespace gateway::ctl::doctor;

namespace {

constexpr UnixMicros kNow = 1'767'323'045'000'000;  // 2026-01-02 03:04:05 UTC
constexpr UnixMicros kDay = 86'400'000'000;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

Disk disk(std::uint64_t free, std::uint64_t database) {
  return {"/var/lib/gatewayd", free, 100 * kGiB, false, false, database, 10 * kGiB};
}

Name name() {
  return {"api.internal", "services.api", 2, {}, milliseconds{3}, true};
}

Store store() {
  return {"/var/lib/gatewayd/gatewayd.db", true, {}, 7, 7, {}, true};
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a disk has room for all that the database may become, or some, or none") {
  CHECK(judge(disk(10 * kGiB, 0)).state == State::ok);
  CHECK(judge(disk(10 * kGiB - 1, 0)).state == State::warn);
  CHECK(judge(disk(kGiB, 9 * kGiB)).state == State::ok);
  CHECK(judge(disk(kLeastFree, 20 * kGiB)).state == State::ok);  // it will only shrink
  CHECK(judge(disk(kLeastFree - 1, 20 * kGiB)).state == State::fail);
  CHECK(says(judge(disk(kGiB, 0)).next, "store.max_size"));
  Disk other = disk(50 * kGiB, 0);
  other.read_only = true;
  CHECK(judge(other).state == State::fail);
  other = disk(50 * kGiB, 0);
  other.out_of_inodes = true;
  CHECK(judge(other).state == State::fail);
}

TEST_CASE("a clock that is not synchronised, or behind the files") {
  CHECK(judge(ClockReading{kNow, true, kNow - kDay, "/x"}).state == State::ok);
  CHECK(judge(ClockReading{kNow, {}, 0, {}}).state == State::ok);
  CHECK(judge(ClockReading{kNow, false, 0, {}}).state == State::warn);
  CHECK(judge(ClockReading{kNow, true, kNow + 60'000'000, "/x"}).state == State::ok);
  const Finding behind = judge(ClockReading{kNow, true, kNow + 60'000'001, "/x"});
  CHECK(behind.state == State::fail);
  CHECK(says(behind.message, "/x"));
}

TEST_CASE("names are found, slow, unknown, or not told in time") {
  CHECK(judge(name()).state == State::ok);
  Name slow = name();
  slow.took = kSlowName;
  CHECK(judge(slow).state == State::ok);
  slow.took += milliseconds{1};
  CHECK(judge(slow).state == State::warn);
  Name unknown = name();
  unknown.fault = "Name or service not known";
  CHECK(judge(unknown).state == State::fail);
  CHECK(says(judge(unknown).message, "services.api"));
  CHECK(says(judge(unknown).next, "getent hosts api.internal"));
  Name silent = name();
  silent.answered = false;
  CHECK(judge(silent).state == State::fail);
}

TEST_CASE("what ends: in time, soon, today, or has not begun") {
  const UnixMicros soon = 1000 * UnixMicros{kSoon.count()};
  const auto state_of = [](UnixMicros from, UnixMicros until) {
    return judge(Expiry{"certificate /x.pem", {}, from, until}, kNow).state;
  };
  CHECK(state_of(0, kNow + soon) == State::ok);
  CHECK(state_of(0, kNow + soon - 1) == State::warn);
  CHECK(state_of(0, kNow + 1) == State::warn);
  CHECK(state_of(0, kNow) == State::fail);
  CHECK(state_of(kNow, kNow + 9 * soon) == State::ok);
  CHECK(state_of(kNow + 1, kNow + 9 * soon) == State::fail);
  const Finding unreadable = judge(Expiry{"certificate /x.pem", "No such file", 0, 0}, kNow);
  CHECK(unreadable.state == State::fail);
  CHECK(says(unreadable.message, "No such file"));
}

TEST_CASE("a database is sound, not there yet, older, newer, damaged or no database") {
  CHECK(judge(store()).state == State::ok);
  Store other = store();
  other.exists = false;
  CHECK(judge(other).state == State::ok);
  other = store();
  other.schema = 6;
  CHECK(judge(other).state == State::ok);
  CHECK(says(judge(other).message, "schema 6 becomes 7"));
  other.schema = 8;
  CHECK(judge(other).state == State::fail);
  other = store();
  other.damage = {"Tree 4 page 4: btreeInitPage() returns error code 11"};
  CHECK(judge(other).state == State::fail);
  CHECK(says(judge(other).next, ".recover"));
  other = store();
  other.fault = "cannot use the database X: file is not a database; move this one away";
  CHECK(judge(other).message == "cannot use the database X: file is not a database");
  CHECK(judge(other).next == "move this one away");
  other = store();
  other.whole = false;
  CHECK(says(judge(other).message, "as far as the time allowed"));
}
