#include "shared/control/queries.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace gateway;
using namespace gateway::control;

TEST_CASE("a filter is read back from its parameters") {
  store::LogFilter filter;
  filter.since = 1'767'323'045'000'001;
  filter.until = 1'767'323'046'000'000;
  filter.status = store::StatusRange{500, 599};
  filter.method = "GET";
  filter.path_prefix = "/a b&c";
  filter.service = "s";
  filter.route = "r";
  filter.user = "u";
  filter.client = "::1";
  filter.slower_than_us = 250'000;
  filter.text = "x=y";
  filter.id = parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  filter.after = 7;
  filter.limit = 12;
  filter.offset = 30;
  const auto read = parse_log_filter(to_params(filter));
  REQUIRE(read.ok());
  CHECK(to_params(*read) == to_params(filter));
  CHECK(read->status == store::StatusRange{500, 599});
  CHECK(read->after == 7);
  CHECK(read->offset == 30);
  CHECK(read->path_prefix == "/a b&c");
}

TEST_CASE("a status is one number, a class or a range, and is written as it came") {
  store::LogFilter filter;
  CHECK(parse_status("404", filter));
  CHECK(filter.status == store::StatusRange{404, 404});
  CHECK(parse_status("5xx", filter));
  CHECK(filter.status == store::StatusRange{500, 599});
  CHECK(parse_status("400-499", filter));
  CHECK(filter.status == store::StatusRange{400, 499});
  for (const char* text : {"404", "5xx", "402-404", "100-599"}) {
    REQUIRE(parse_status(text, filter));
    CHECK(to_params(filter)[0].second == text);
  }
  for (const char* text :
       {"", "0xx", "6xx", "99", "600", "4x4", "5XX", "404 ", "-40", "4.4", "404-", "-404",
        "404-403", "400-600", "4xx-5xx", "400-499-", "4 4-499"}) {
    CHECK_FALSE(parse_status(text, filter));
  }
}

TEST_CASE("parameters that do not parse are named") {
  const auto message = [](const Params& params) {
    const auto filter = parse_log_filter(params);
    return filter ? std::string() : filter.error().message;
  };
  CHECK(message({{"statsu", "404"}}) == "there is no parameter \"statsu\"");
  CHECK(message({{"since", "yesterday"}}) == "the parameter since takes an RFC 3339 time");
  CHECK(message({{"limit", "0"}}) == "the parameter limit takes 1 to 1000");
  CHECK(message({{"limit", "1000"}}).empty());
  CHECK(message({{"offset", "1000000"}}).empty());
  CHECK(message({{"offset", "1000001"}}) == "the parameter offset takes 0 to 1000000");
  CHECK(message({{"limit", "1001"}}) == "the parameter limit takes 1 to 1000");
  CHECK(message({{"after", "9223372036854775808"}}) == "the parameter after takes a row's number");
  CHECK(message({{"before", "1"}, {"after", "2"}}).find("exclude") != std::string::npos);
}

TEST_CASE("a filter of security events is read back from its parameters") {
  store::SecurityFilter filter;
  filter.since = 1'767'323'045'000'001;
  filter.until = 1'767'323'046'000'000;
  filter.kind = "rate-limited";
  filter.rule = "jwt: expired & more";
  filter.action = store::SecurityAction::observed;
  filter.route = "r";
  filter.user = "u";
  filter.client = "::1";
  filter.text = "x=y";
  filter.id = parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  filter.before = 7;
  filter.limit = 12;
  const auto read = parse_security_filter(to_params(filter));
  REQUIRE(read.ok());
  CHECK(to_params(*read) == to_params(filter));
  CHECK(to_params(*read).size() == 12);
  CHECK(read->action == store::SecurityAction::observed);
  CHECK(read->rule == "jwt: expired & more");
}

TEST_CASE("parameters of security events that do not parse are named") {
  const auto message = [](const Params& params) {
    const auto filter = parse_security_filter(params);
    return filter ? std::string() : filter.error().message;
  };
  CHECK(message({{"kind", "thread"}}).starts_with("the parameter kind takes a kind of event"));
  CHECK(message({{"action", "Blocked"}}) == "the parameter action takes blocked or observed");
  CHECK(message({{"status", "404"}}) == "there is no parameter \"status\"");
  CHECK(message({{"limit", "1000"}}).empty());
  CHECK(message({{"limit", "1001"}}) == "the parameter limit takes 1 to 1000");
  CHECK(message({{"before", "1"}, {"after", "2"}}).find("exclude") != std::string::npos);
}

TEST_CASE("a page of security events is read back as it was written") {
  store::SecurityPage page;
  store::SecurityLogRow row;
  row.seq = 3;
  row.id = parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  row.time = 1;
  row.kind = "threat";
  row.rule = "xss-1";
  row.action = store::SecurityAction::observed;
  row.detail = "d";
  store::SecurityLogRow many;
  many.count = 5'000'000'000;
  page.rows = {row, many};
  page.cursor = 3;
  page.newest = 9;
  page.complete = false;
  const auto document = to_document(page);
  CHECK(document["format"] == 1);
  CHECK(document["rows"][0]["action"] == "observed");
  CHECK(document["rows"][1]["id"] == nullptr);
  CHECK_FALSE(document["rows"][0].contains("format"));
  CHECK(to_document(security_page_from(document)) == document);
}

TEST_CASE("statistics are of the last day unless a window is given") {
  constexpr UnixMicros kNow = 1'767'323'045'000'000;
  const auto query = parse_stats_query({}, kNow);
  REQUIRE(query.ok());
  CHECK(query->until == kNow);
  CHECK(query->since == kNow - 86'400'000'000);
  const auto by = parse_stats_query({{"by", "status"}, {"since", "2026-01-01"}}, kNow);
  REQUIRE(by.ok());
  CHECK(by->by == store::StatsBy::status);
  CHECK(to_params(*by)[0].second == "2026-01-01T00:00:00Z");
  CHECK_FALSE(parse_stats_query({{"by", "colour"}}, kNow).ok());
  CHECK_FALSE(parse_stats_query({{"since", "2027-01-01"}}, kNow).ok());
}

TEST_CASE("pages and statistics are read back as they were written") {
  store::LogPage page;
  store::LogRow row;
  row.seq = 3;
  row.path = "/x";
  row.status = 503;
  row.total_us = 4'294'967'295;
  row.time = 1;
  page.rows = {row};
  page.cursor = 3;
  page.newest = 9;
  page.complete = false;
  const auto document = to_document(page);
  CHECK(document["format"] == 1);
  CHECK_FALSE(document["rows"][0].contains("format"));
  CHECK(to_document(log_page_from(document)) == document);

  store::Stats stats;
  stats.until = 60'000'000;
  stats.rows = {{"samples", 10, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
  stats.total.key = "total";
  const auto written = to_document(stats);
  CHECK(written["rows"][0]["p95_us"] == 7);
  CHECK(to_document(stats_from(written)) == written);
}
