#include "shared/store/config_history.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "shared/store/traffic_sample.h"
#include "shared/store/writer.h"
#include "tests/unit/shared/store/scratch.h"

using namespace gateway;
using namespace gateway::store;

namespace {

// A database as the daemon makes it.
void make(const Scratch& scratch) {
  REQUIRE(Writer::open(scratch.path()).ok());
}

ConfigHistory open(const Scratch& scratch) {
  auto history = ConfigHistory::open(scratch.path());
  REQUIRE_MESSAGE(history.ok(), (history.ok() ? "" : history.error().message));
  return std::move(*history);
}

ConfigChange change(std::uint32_t revision, ConfigVerdict verdict = ConfigVerdict::live) {
  ConfigChange one;
  one.time = 1'000'000 + revision;
  one.revision = revision;
  one.parent = revision > 0 ? revision - 1 : 0;
  one.sha256 = std::string(64, 'a');
  one.by = "root";
  one.cause = "apply";
  one.message = "why";
  one.verdict = verdict;
  return one;
}

std::int64_t count(const Scratch& scratch, const std::string& table) {
  SQLite::Database db(scratch.path());
  return db.execAndGet("SELECT count(*) FROM " + table).getInt64();
}

}  // namespace

TEST_CASE("a change is found by its number and its id, with its texts byte for byte") {
  const Scratch scratch;
  make(scratch);
  ConfigHistory history = open(scratch);
  const std::string odd("a\0\xff\n", 4);
  const auto id = history.add(change(1), {{"gatewayd.toml", odd}, {"conf.d/x.toml", ""}});
  REQUIRE(id.ok());
  const auto found = history.revision(1);
  REQUIRE((found.ok() && *found));
  CHECK((*found)->id == *id);
  CHECK((*found)->by == "root");
  CHECK((*found)->verdict == ConfigVerdict::live);
  const auto files = history.files(*id);
  REQUIRE((files.ok() && files->size() == 2));
  CHECK((*files)[0].text == odd);
  CHECK((*files)[1].path == "conf.d/x.toml");
  CHECK(!*history.revision(2));
  CHECK(!*history.revision(0));
  CHECK(!*history.change(*id + 1));
}

TEST_CASE("what became of a change is set later, and texts that are alike are kept once") {
  const Scratch scratch;
  make(scratch);
  ConfigHistory history = open(scratch);
  ConfigChange begun = change(0, ConfigVerdict::pending);
  const auto id = history.add(begun, {{"a", "same"}});
  REQUIRE(history.add(change(3), {{"a", "same"}, {"b", "other"}}).ok());
  REQUIRE(history.settle(*id, ConfigVerdict::live, 2, "").ok());
  CHECK((*history.revision(2))->verdict == ConfigVerdict::live);
  REQUIRE(history.settle(*id, ConfigVerdict::rolled_back, 0, "the guard").ok());
  CHECK((*history.revision(2))->reason == "the guard");
  CHECK(count(scratch, "config_texts") == 2);
  const auto rows = history.changes(10);
  REQUIRE((rows.ok() && rows->size() == 2));
  CHECK(rows->front().revision == 3);  // newest first
  CHECK(history.changes(1)->size() == 1);
  CHECK(history.changes(10, rows->front().id)->size() == 1);
}

TEST_CASE("the history is bounded by number and bytes; the one that serves stays") {
  const Scratch scratch;
  make(scratch);
  ConfigHistory history = open(scratch);
  REQUIRE(history.add(change(1), {{"a", "live"}}).ok());
  for (std::size_t i = 1; i < kMaxConfigChanges; ++i) {
    REQUIRE(history.add(change(0, ConfigVerdict::rejected), {{"a", "bad"}}).ok());
  }
  CHECK(count(scratch, "config_changes") == kMaxConfigChanges);
  REQUIRE(history.add(change(0, ConfigVerdict::rejected), {{"a", "bad"}}).ok());
  CHECK(count(scratch, "config_changes") == kMaxConfigChanges);
  CHECK(*history.revision(1));
  for (char c = 'a'; c < 'e'; ++c) {
    REQUIRE(
        history
            .add(change(0, ConfigVerdict::rejected), {{"a", std::string(kMaxConfigBytes / 3, c)}})
            .ok());
  }
  SQLite::Database db(scratch.path());
  CHECK(db.execAndGet("SELECT sum(length(text)) FROM config_texts").getInt64() <=
        static_cast<std::int64_t>(kMaxConfigBytes));
  CHECK(*history.revision(1));
}

TEST_CASE("messages are cut at their bound, not within a character") {
  const Scratch scratch;
  make(scratch);
  ConfigHistory history = open(scratch);
  ConfigChange one = change(1);
  one.message = std::string(kMaxConfigMessage - 1, 'm') + "é";
  REQUIRE(history.add(one, {}).ok());
  CHECK((*history.revision(1))->message == std::string(kMaxConfigMessage - 1, 'm'));
}

TEST_CASE("without a database of this schema there is no history") {
  const Scratch scratch;
  CHECK_FALSE(ConfigHistory::open(scratch.path()).ok());
  make(scratch);
  SQLite::Database(scratch.path(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 3");
  CHECK_FALSE(ConfigHistory::open(scratch.path()).ok());
}

TEST_CASE("traffic is sampled by time and by revision, a bounded number of rows at once") {
  const Scratch scratch;
  {
    auto writer = Writer::open(scratch.path());
    REQUIRE(writer.ok());
    std::vector<RequestRow> rows(10);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].time = static_cast<UnixMicros>(i);
      rows[i].status = i % 2 == 0 ? 200 : i % 3 == 0 ? 404 : 503;
      rows[i].revision = i < 5 ? 1 : 2;
      rows[i].total_us = 1000;
    }
    REQUIRE((*writer)->begin(1));
    REQUIRE((*writer)->append(rows));
    REQUIRE((*writer)->commit());
  }
  CHECK(last_request(scratch.path()) == 10);
  TrafficSample recent;
  REQUIRE(sample_recent(scratch.path(), 4, 100, recent));
  CHECK(recent.requests == 6);
  CHECK(recent.server_errors == 2);
  CHECK(recent.client_errors == 1);
  TrafficSample second;
  std::int64_t seq = 0;
  REQUIRE(sample_revision(scratch.path(), 2, 7, seq, second));
  CHECK(second.requests == 2);
  CHECK(seq == 7);
  REQUIRE(sample_revision(scratch.path(), 2, 7, seq, second));
  CHECK(second.requests == 5);
  CHECK(second.latency.percentile(0.5) == doctest::Approx(1000).epsilon(0.02));
  CHECK_FALSE(sample_recent(scratch.folder() + "/none", 0, 1, recent));
}
