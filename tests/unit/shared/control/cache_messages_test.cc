#include "shared/control/cache_messages.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace gateway;
using namespace gateway::control;

TEST_CASE("a report comes back as it went") {
  CacheReport report;
  report.store.entries = 7;
  report.store.bytes = 1000;
  report.store.waiting = 3;
  report.hits = 5;
  report.passed = 9;
  const nlohmann::json json = report;
  CHECK(json["format"] == 1);
  CHECK(json["max_bytes"] == 0);
  const auto read = json.get<CacheReport>();
  CHECK(read.store.entries == 7);
  CHECK(read.store.bytes == 1000);
  CHECK(read.store.waiting == 3);
  CHECK(read.hits == 5);
  CHECK(read.passed == 9);
  CHECK(nlohmann::json(CachePurged{4}).get<CachePurged>().dropped == 4);
}

TEST_CASE("a purge comes back as it went") {
  policy::CachePurge what;
  what.host = "a.test";
  what.prefix = "/x/";
  const auto read = parse_cache_purge(to_params(what));
  REQUIRE(read.ok());
  CHECK(read->host == "a.test");
  CHECK(read->prefix == "/x/");
  CHECK(read->path.empty());
  CHECK(to_params(policy::CachePurge{}) == Params{{"all", "true"}});
  CHECK(parse_cache_purge({{"all", "true"}}).ok());
  CHECK(parse_cache_purge({{"host", "A.Test"}})->host == "a.test");
}

TEST_CASE("nothing is purged by mistake") {
  for (const Params& wrong :
       {Params{}, Params{{"all", "yes"}}, Params{{"all", "true"}, {"path", "/x"}},
        Params{{"path", "x"}}, Params{{"prefix", ""}}, Params{{"tag", std::string(129, 'x')}},
        Params{{"host", ""}}, Params{{"pth", "/x"}}}) {
    CHECK_FALSE(parse_cache_purge(wrong).ok());
  }
  CHECK(parse_cache_purge({{"tag", std::string(128, 'x')}}).ok());
}
