#include "shared/control/explain_message.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace gateway::control;
using gateway::decision::ExplainLine;
using gateway::decision::ExplainRequest;
using gateway::decision::Explanation;
using nlohmann::json;

TEST_CASE("a question is read back as it was written") {
  ExplainRequest request;
  request.method = "POST";
  request.secure = true;
  request.authority = "api.example.com:8443";
  request.path = "/samples/7";
  request.has_query = true;
  request.fields = {{"X-A", "1"}, {"X-A", "2"}};
  request.body = "";
  request.client = *gateway::parse_ip("2001:db8::1");
  request.time = 1'767'323'045'000'001;
  request.user = "u-17";
  request.roles = {"lab"};
  request.scopes = {"read", "write"};
  const json document = to_document(request);
  CHECK(document["format"] == 1);
  CHECK(document["time"] == "2026-01-02T03:04:05.000001Z");
  const auto again = parse_explain_request(document.dump());
  REQUIRE(again.ok());
  CHECK(to_document(*again) == document);
  CHECK(again->has_query);
  CHECK(again->body == std::optional<std::string>(""));
  request.has_query = false;
  request.body.reset();
  const auto without = parse_explain_request(to_document(request).dump());
  REQUIRE(without.ok());
  CHECK_FALSE(without->has_query);
  CHECK_FALSE(without->body);
}

TEST_CASE("what is missing has its default, what is wrong is named") {
  const auto least = parse_explain_request("{}");
  REQUIRE(least.ok());
  CHECK(least->method == "GET");
  CHECK(least->path == "/");
  CHECK(least->time == 0);
  CHECK(to_string(least->client) == "127.0.0.1");
  const auto wrong = [](std::string_view text) {
    const auto parsed = parse_explain_request(text);
    return parsed.ok() ? std::string() : parsed.error().message;
  };
  CHECK(wrong("") == "the body is no JSON object");
  CHECK(wrong(R"({"pth":"/"})") == "there is no member \"pth\"");
  CHECK(wrong(R"({"roles":"lab"})") == "a member of the body has another type than it should have");
  CHECK(wrong(R"({"client":"a"})") == "client is no IP address");
  CHECK(wrong(R"({"fields":[["a","b","c"]]})") == "a field is a pair of name and value");
  CHECK(wrong(R"({"fields":{"a":"b"}})") == "a field is a pair of name and value");
  CHECK(wrong(R"({"time":"a"})") == "time is no RFC 3339 time");
  CHECK(wrong(R"({"roles":["a"]})") == "roles and scopes need a user who has them");
  CHECK(wrong("{\"path\":\"/\xff\"}") == "the body is no JSON object");
}

TEST_CASE("an explanation is read back as it was written") {
  Explanation explanation;
  explanation.lines = {
      {ExplainLine::Kind::passed, "route", "samples", "/samples/*", "", "gatewayd.toml:41"},
      {ExplainLine::Kind::refused, "limit", "a", "b", "c", ""},
      {ExplainLine::Kind::observed, "cors", "", "", "", ""},
      {ExplainLine::Kind::answered, "cors", "", "", "", ""},
      {ExplainLine::Kind::open, "auth", "", "", "", ""},
  };
  explanation.outcome = Explanation::Outcome::answer;
  explanation.method = "GET";
  explanation.target = "/api/v1/7?a";
  explanation.service = "samples";
  explanation.instances = {"http://10.0.2.11:8081"};
  explanation.status = 429;
  explanation.decider = "rate-limited";
  explanation.reason = "Too many.";
  explanation.fields = {"Retry-After: 3"};
  explanation.notes = {"a note"};
  explanation.revision = 42;
  const json document = to_document(explanation);
  CHECK(document["format"] == 1);
  CHECK(document["outcome"] == "answer");
  CHECK(document["steps"][1]["verdict"] == "refused");
  CHECK(to_document(explanation_from(document)) == document);
  CHECK_THROWS_AS(explanation_from(json{{"status", "a"}}), json::exception);
  CHECK(explanation_from(json::object()).outcome == Explanation::Outcome::open);
}
