#include <doctest/doctest.h>

#include <memory>

#include "gatewayd/control/handlers.h"
#include "shared/control/queries.h"
#include "shared/store/writer.h"
#include "tests/unit/gatewayd/control/fake_backend.h"
#include "tests/unit/gatewayd/control/raw_peer.h"

using namespace gateway;
using namespace gateway::control;
using nlohmann::json;

namespace {

// A database with `rows` requests a second apart, of route "samples"; each tenth is a 503.
void fill(const std::string& path, int rows) {
  auto writer = store::Writer::open(path);
  REQUIRE(writer.ok());
  constexpr UnixMicros kStart = 1'767'225'600'000'000;  // 2026-01-01
  REQUIRE((*writer)->begin(kStart));
  REQUIRE((*writer)->add_name(1, "samples"));
  for (int i = 0; i < rows; ++i) {
    store::RequestRow row;
    row.time = kStart + i * 1'000'000LL;
    row.method = "GET";
    row.path = "/samples/7";
    row.route = row.service = 1;
    row.status = i % 10 == 9 ? 503 : 200;
    row.total_us = 1'000;
    REQUIRE((*writer)->append({&row, 1}));
    store::SecurityRow event;
    event.time = row.time;
    event.kind = i % 10 == 9 ? Decider::threat : Decider::rate_limited;
    event.rule = "rule";
    event.path = "/caf\xff";
    event.route = 1;
    REQUIRE((*writer)->append_events({&event, 1}));
  }
  REQUIRE((*writer)->commit());
  REQUIRE((*writer)->roll_up(kStart + rows * 1'000'000LL));
}

struct Logged {
  explicit Logged(int rows) {
    backend.path = folder.file("log.db");
    fill(backend.path, rows);
  }
  json ask(const char* path, const Params& params) {
    const Answer answer = handle({"GET", path, params, "root"}, backend);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return json::parse(answer.body);
  }
  int status(const char* path, const Params& params) {
    return handle({"GET", path, params, "root"}, backend).status;
  }

  TempFolder folder;
  FakeBackend backend;
};

}  // namespace

TEST_CASE("logs answers with filtered pages, following with after") {
  Logged logged(30);
  const json page = logged.ask(kLogsPath, {{"status", "5xx"}});
  CHECK(page["format"] == 1);
  CHECK(page["rows"].size() == 3);
  CHECK(page["rows"][0]["route"] == "samples");
  const json newest = logged.ask(kLogsPath, {{"limit", "4"}});
  CHECK(newest["rows"].size() == 4);
  const auto after = std::to_string(newest["rows"][3]["seq"].get<std::int64_t>());
  const json next = logged.ask(kLogsPath, {{"after", after}});
  CHECK(next["rows"].size() == 3);
  CHECK(next["rows"][2]["seq"] == newest["rows"][0]["seq"]);
}

TEST_CASE("security events answer with filtered pages, following with after") {
  Logged logged(30);
  const json page = logged.ask(kSecurityLogPath, {{"kind", "threat"}, {"route", "samples"}});
  CHECK(page["format"] == 1);
  REQUIRE(page["rows"].size() == 3);
  CHECK(page["rows"][0]["kind"] == "threat");
  CHECK(page["rows"][0]["rule"] == "rule");
  CHECK(page["rows"][0]["action"] == "blocked");
  CHECK(page["rows"][0]["route"] == "samples");
  CHECK(page["rows"][0]["path"] == "/caf%FF");
  const json newest = logged.ask(kSecurityLogPath, {{"limit", "4"}});
  const auto after = std::to_string(newest["rows"][3]["seq"].get<std::int64_t>());
  const json next = logged.ask(kSecurityLogPath, {{"after", after}});
  CHECK(next["rows"].size() == 3);
  CHECK(next["rows"][2]["seq"] == newest["rows"][0]["seq"]);
  const json window = logged.ask(
      kSecurityLogPath, {{"since", "2026-01-01T00:00:05Z"}, {"until", "2026-01-01T00:00:07Z"}});
  CHECK(window["rows"].size() == 2);
}

TEST_CASE("stats answers with the sums of a window") {
  Logged logged(30);
  const json stats = logged.ask(kStatsPath, {{"since", "2026-01-01"}, {"until", "2026-01-02"}});
  REQUIRE(stats["rows"].size() == 1);
  CHECK(stats["rows"][0]["key"] == "samples");
  CHECK(stats["rows"][0]["requests"] == 30);
  CHECK(stats["total"]["errors"] == 3);
  CHECK(stats["rows"][0]["max_us"] == 1'000);
}

TEST_CASE("a wrong parameter is 400, no log 404, an unreadable one 503") {
  Logged logged(1);
  CHECK(logged.status(kLogsPath, {{"limit", "1001"}}) == 400);
  CHECK(logged.status(kSecurityLogPath, {{"action", "maybe"}}) == 400);
  CHECK(logged.status(kStatsPath, {{"by", "colour"}}) == 400);
  logged.backend.path = "/nonexistent/log.db";
  CHECK(logged.status(kLogsPath, {}) == 503);
  CHECK(logged.status(kSecurityLogPath, {}) == 503);
  logged.backend.path = "";
  CHECK(logged.status(kLogsPath, {}) == 404);
  CHECK(logged.status(kSecurityLogPath, {}) == 404);
  CHECK(handle({"POST", kSecurityLogPath, {}, "root"}, logged.backend).status == 405);
}
