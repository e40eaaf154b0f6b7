#include "gatewayd/tracing/otlp.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace gateway::tracing {
namespace {

using decision::AttemptNote;
using nlohmann::json;

RequestSpan example() {
  RequestSpan request;
  request.start.traced = request.start.sampled = true;
  request.start.trace = *parse_uuid("4bf92f35-77b3-4da6-a3ce-929d0e0e4736");
  request.start.span = 0x0102030405060708;
  request.start.parent = 0x00f067aa0ba902b7;
  request.request_id = *parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  request.time = 1'700'000'000'000'000;
  request.total_us = 2500;
  request.status = 200;
  request.method = "GET";
  request.host = "api.example.com";
  request.path = "/samples/7";
  request.sent_path = "/api/v1/7";
  request.client = "203.0.113.9";
  request.user_agent = "curl \"7\"\\ \x01\xff";
  request.route = "samples";
  request.pattern = "/samples/*";
  request.service = "lab";
  return request;
}

// Through the ring's form and back, as every request goes.
json spans_of(const RequestSpan& request) {
  journal::Ring ring(64u << 10);
  REQUIRE(write_span(ring, request));
  std::array<AttemptNote, kMaxAttempts> attempts;
  std::uint64_t at = ring.begin();
  OtlpBatch batch("gatewayd", "1.2.3");
  batch.add(read_span(ring.next(at), attempts));
  CHECK(batch.requests() == 1);
  const json body = json::parse(batch.take());
  CHECK(batch.spans() == 0);
  return body["resourceSpans"][0]["scopeSpans"][0]["spans"];
}

// "stringValue" or "intValue" of the attribute; "" when there is none.
std::string attribute(const json& span, const std::string& key) {
  for (const json& item : span["attributes"]) {
    if (item["key"] == key) return item["value"].begin().value().get<std::string>();
  }
  return "";
}

}  // namespace

TEST_CASE("a request is a server span, each attempt a client span below it") {
  RequestSpan request = example();
  const std::array<AttemptNote, 2> attempts = {{
      {AttemptNote::Kind::first, false, false, "http://10.0.2.11:8081", "10.0.2.11:8081",
       Decider::upstream_connect, 0, 100, 400},
      {AttemptNote::Kind::retry, false, false, "http://10.0.2.12", "10.0.2.12:80",
       Decider::upstream, 200, 600, 1500},
  }};
  request.attempts = attempts;
  const json spans = spans_of(request);
  REQUIRE(spans.size() == 3);

  const json& server = spans[0];
  CHECK(server["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(server["spanId"] == "0102030405060708");
  CHECK(server["parentSpanId"] == "00f067aa0ba902b7");
  CHECK(server["kind"] == 2);
  CHECK(server["name"] == "GET /samples/*");
  CHECK(server["startTimeUnixNano"] == "1700000000000000000");
  CHECK(server["endTimeUnixNano"] == "1700000000002500000");
  CHECK_FALSE(server.contains("status"));
  CHECK(attribute(server, "http.request.method") == "GET");
  CHECK(attribute(server, "http.response.status_code") == "200");
  CHECK(attribute(server, "http.route") == "/samples/*");
  CHECK(attribute(server, "url.path") == "/samples/7");
  CHECK(attribute(server, "url.scheme") == "http");
  CHECK(attribute(server, "client.address") == "203.0.113.9");
  CHECK(attribute(server, "user_agent.original") == "curl \"7\"\\ %01%FF");
  CHECK(attribute(server, "gatewayd.request_id") == "0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  CHECK(attribute(server, "gatewayd.service") == "lab");
  CHECK(attribute(server, "error.type") == "");

  const json& failed = spans[1];
  CHECK(failed["parentSpanId"] == server["spanId"]);
  CHECK(failed["kind"] == 3);
  CHECK(failed["name"] == "GET");
  CHECK(failed["startTimeUnixNano"] == "1700000000000100000");
  CHECK(failed["endTimeUnixNano"] == "1700000000000500000");
  CHECK(failed["status"]["code"] == 2);
  CHECK(attribute(failed, "error.type") == info(Decider::upstream_connect).name);
  CHECK(attribute(failed, "server.address") == "10.0.2.11");
  CHECK(attribute(failed, "server.port") == "8081");
  CHECK(attribute(failed, "http.response.status_code") == "");
  CHECK(attribute(failed, "http.request.resend_count") == "");

  const json& retry = spans[2];
  CHECK(retry["spanId"] != failed["spanId"]);
  CHECK(attribute(retry, "url.full") == "http://10.0.2.12/api/v1/7");
  CHECK(attribute(retry, "server.port") == "80");
  CHECK(attribute(retry, "http.request.resend_count") == "1");
  CHECK_FALSE(retry.contains("status"));
}

TEST_CASE("what the gateway refuses is a span without attempts") {
  RequestSpan request = example();
  request.start.parent = 0;
  request.status = 429;
  request.decider = Decider::rate_limited;
  request.method = "PROPFIND";
  request.pattern = {};
  const json spans = spans_of(request);
  REQUIRE(spans.size() == 1);
  CHECK_FALSE(spans[0].contains("parentSpanId"));
  CHECK(spans[0]["name"] == "HTTP");
  CHECK_FALSE(spans[0].contains("status"));  // the client's fault is no error of the server's span
  CHECK(attribute(spans[0], "error.type") == info(Decider::rate_limited).name);
  CHECK(attribute(spans[0], "http.request.method") == "_OTHER");
  CHECK(attribute(spans[0], "http.request.method_original") == "PROPFIND");
}

TEST_CASE("a 5xx is an error, and so is the 4xx of a service to the attempt") {
  RequestSpan request = example();
  const std::array<AttemptNote, 1> attempts = {
      {{AttemptNote::Kind::first, false, false, "http://[::1]:8081", "[::1]:8081",
        Decider::upstream, 404, 0, 10}}};
  request.attempts = attempts;
  request.status = 502;
  const json spans = spans_of(request);
  CHECK(spans[0]["status"]["code"] == 2);
  CHECK(attribute(spans[0], "error.type") == "502");
  CHECK(spans[1]["status"]["code"] == 2);
  CHECK(attribute(spans[1], "error.type") == "404");
  CHECK(attribute(spans[1], "server.address") == "[::1]");
}

TEST_CASE("texts and attempts at their bounds and one past them") {
  RequestSpan request = example();
  const std::string path(kMaxText + 1, 'p');
  request.path = path;
  const std::vector<AttemptNote> attempts(kMaxAttempts + 1);
  request.attempts = attempts;
  const json spans = spans_of(request);
  CHECK(spans.size() == 1 + kMaxAttempts);
  CHECK(attribute(spans[0], "url.path") == path.substr(0, kMaxText));
}

TEST_CASE("a full ring takes no more") {
  journal::Ring ring(journal::Ring::kMinBytes);
  std::size_t taken = 0;
  while (write_span(ring, example())) ++taken;
  CHECK(taken > 50);
  CHECK(ring.used() <= ring.capacity());
}

TEST_CASE("several requests in one body") {
  OtlpBatch batch("shop \"x\"", "1");
  batch.add(example());
  batch.add(example());
  const json body = json::parse(batch.take());
  const json& resource = body["resourceSpans"][0]["resource"];
  CHECK(attribute(resource, "service.name") == "shop \"x\"");
  CHECK(body["resourceSpans"][0]["scopeSpans"][0]["spans"].size() == 2);
  CHECK(json::parse(batch.take())["resourceSpans"][0]["scopeSpans"][0]["spans"].empty());
}

TEST_CASE("what the collector says it rejected") {
  CHECK(rejected_spans(R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"x"}})") == 3);
  CHECK(rejected_spans(R"({"partialSuccess":{"rejectedSpans":4}})") == 4);
  for (const char* nothing : {"", "{}", "[]", "{\"partialSuccess\":[]}", "\xff",
                              R"({"partialSuccess":{"rejectedSpans":"x"}})",
                              R"({"partialSuccess":{"rejectedSpans":-1}})"}) {
    CAPTURE(nothing);
    CHECK(rejected_spans(nothing) == 0);
  }
}

}  // namespace gateway::tracing
