#include <doctest/doctest.h>

#include <string>

#include "gatewayd/http/head.h"

namespace {

using namespace gateway;
using namespace gateway::http;

struct Case {
  const char* what;
  std::string head;
  Decider refused_as;
};

std::string with_fields(const std::string& fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::optional<HeadError> parse(std::string_view head, RequestHead& out,
                               const HeadLimits& limits = {}) {
  return parse_request_head(head, limits, out);
}

}  // namespace

TEST_CASE("heads with two readings are refused") {
  using enum Decider;
  const std::string nul(1, '\0');
  const Case cases[] = {
      {"both lengths", with_fields("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
       bad_request},
      {"differing lengths", with_fields("Content-Length: 3\r\nContent-Length: 4\r\n"), bad_request},
      {"repeated length", with_fields("Content-Length: 3\r\nContent-Length: 3\r\n"), bad_request},
      {"list of lengths", with_fields("Content-Length: 3, 3\r\n"), bad_request},
      {"signed length", with_fields("Content-Length: +3\r\n"), bad_request},
      {"negative length", with_fields("Content-Length: -3\r\n"), bad_request},
      {"hexadecimal length", with_fields("Content-Length: 0x3\r\n"), bad_request},
      {"empty length", with_fields("Content-Length:\r\n"), bad_request},
      {"chunked twice", with_fields("Transfer-Encoding: chunked, chunked\r\n"), bad_request},
      {"chunked on two lines",
       with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), bad_request},
      {"chunked not last", with_fields("Transfer-Encoding: chunked, gzip\r\n"), bad_request},
      {"coding of no known name", with_fields("Transfer-Encoding: xchunked\r\n"), bad_request},
      {"identity", with_fields("Transfer-Encoding: identity\r\n"), bad_request},
      {"empty coding", with_fields("Transfer-Encoding:\r\n"), bad_request},
      {"another coding below chunked", with_fields("Transfer-Encoding: gzip, chunked\r\n"),
       not_implemented},
      {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", bad_request},
      {"space before colon", with_fields("X : 1\r\n"), bad_request},
      {"folded line", with_fields("X: 1\r\n 2\r\n"), bad_request},
      {"NUL in a value", with_fields("X: a" + nul + "b\r\n"), bad_request},
      {"bare CR in a value", with_fields("X: a\rb\r\n"), bad_request},
      {"DEL in a value", with_fields("X: a\x7f\r\n"), bad_request},
      {"control far into a value", with_fields("X: 0123456789abcdef\x01\r\n"), bad_request},
      {"no colon", with_fields("X\r\n"), bad_request},
      {"empty name", with_fields(": x\r\n"), bad_request},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", bad_request},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", bad_request},
      {"Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", bad_request},
      {"Host with user info", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", bad_request},
      {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", bad_request},
      {"open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", bad_request},
      {"port of six digits", "GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", bad_request},
      {"four parts", "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n", bad_request},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"two parts", "GET /\r\nHost: a\r\n\r\n", bad_request},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"leading space", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"version of HTTP/2", "PRI * HTTP/2.0\r\n\r\n", version_unsupported},
      {"method of 33 characters", std::string(33, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n",
       bad_request},
      {"backslash in the target", "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"fragment in the target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"foreign scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", bad_request},
      {"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", not_implemented},
      {"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", not_implemented},
      {"other expectation", with_fields("Expect: 200-ok\r\n"), expectation_failed},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    RequestHead out;
    const auto error = parse(one.head, out);
    REQUIRE(error);
    CHECK(info(error->decider).name == info(one.refused_as).name);
    CHECK(std::string(error->detail) != "");
  }
}

TEST_CASE("a control character is found wherever it stands in a value") {
  RequestHead out;
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string value(size, '\xe9');
      for (const char c : {'\0', '\x01', '\x1f', '\x7f', '\r', '\n'}) {
        value[at] = c;
        CAPTURE(size);
        CAPTURE(at);
        CHECK(parse(with_fields("A: " + value + "\r\n"), out).has_value());
      }
      value[at] = '\t';
      const std::string innocent = with_fields("A: x" + value + "x\r\n");
      CHECK_FALSE(parse(innocent, out).has_value());
      CHECK(out.fields.back().value == "x" + value + "x");
    }
  }
}

TEST_CASE("limits hold at the limit and refuse one past it") {
  HeadLimits limits;
  limits.max_target = 10;
  limits.max_fields = 3;
  RequestHead out;
  CHECK_FALSE(parse("GET /234567890 HTTP/1.1\r\nHost: a\r\n\r\n", out, limits));
  const auto target = parse("GET /2345678901 HTTP/1.1\r\nHost: a\r\n\r\n", out, limits);
  REQUIRE(target);
  CHECK(target->decider == Decider::uri_too_long);
  CHECK_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nB: 1\r\nC: 1\r\n\r\n", out, limits));
  const auto fields =
      parse("GET / HTTP/1.1\r\nHost: a\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n", out, limits);
  REQUIRE(fields);
  CHECK(fields->decider == Decider::header_too_large);
  CHECK_FALSE(parse(std::string(32, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", out));
  // A length that no counter holds is larger than any limit, not malformed.
  CHECK_FALSE(parse(with_fields("Content-Length: 99999999999999999999999\r\n"), out));
  CHECK(out.content_length == UINT64_MAX);
  CHECK_FALSE(parse("GET / HTTP/1.1\r\nHost: a:65535\r\n\r\n", out));
  CHECK(parse("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", out));
  CHECK_FALSE(parse("GET / HTTP/1.1\r\nHost: " + std::string(255, 'a') + ":65535\r\n\r\n", out));
  CHECK(parse("GET / HTTP/1.1\r\nHost: " + std::string(262, 'a') + "\r\n\r\n", out));
}

TEST_CASE("Connection may name 32 options") {
  std::string options = "o0";
  for (int i = 1; i < 32; ++i) options += ", o" + std::to_string(i);
  RequestHead out;
  CHECK_FALSE(parse(with_fields("Connection: " + options + "\r\n"), out));
  CHECK(parse(with_fields("Connection: " + options + ", one-more\r\n"), out));
}

TEST_CASE("targets of all forms") {
  RequestHead out;
  REQUIRE_FALSE(parse("GET /a/b?x=1?y HTTP/1.1\r\nHost: A.example:80\r\n\r\n", out));
  CHECK(out.path == "/a/b");
  CHECK(out.query == "x=1?y");
  CHECK(out.authority == "A.example:80");
  REQUIRE_FALSE(parse("GET /a? HTTP/1.1\r\nHost: a\r\n\r\n", out));
  CHECK(out.has_query);
  CHECK(out.query.empty());
  REQUIRE_FALSE(parse("GET http://other:81/p?q HTTP/1.1\r\nHost: a\r\n\r\n", out));
  CHECK(out.authority == "other:81");
  CHECK(out.path == "/p");
  REQUIRE_FALSE(parse("GET http://other?q HTTP/1.1\r\nHost: a\r\n\r\n", out));
  CHECK(out.path == "/");
  CHECK(out.query == "q");
  REQUIRE_FALSE(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", out));
  CHECK(out.path == "*");
  REQUIRE_FALSE(parse("GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n", out));
  CHECK(out.authority == "[2001:db8::1]:8080");
  REQUIRE_FALSE(parse("GET / HTTP/1.0\r\n\r\n", out));
  CHECK(out.authority.empty());
}

TEST_CASE("connection persistence follows version and options") {
  RequestHead out;
  REQUIRE_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n", out));
  CHECK(out.keep_alive);
  REQUIRE_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n", out));
  CHECK_FALSE(out.keep_alive);
  REQUIRE_FALSE(parse("GET / HTTP/1.0\r\n\r\n", out));
  CHECK_FALSE(out.keep_alive);
  REQUIRE_FALSE(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", out));
  CHECK(out.keep_alive);
}

TEST_CASE("framing, expectation, upgrade and trailers are read") {
  RequestHead out;
  REQUIRE_FALSE(
      parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nTE: trailers\r\n"
            "Expect: 100-Continue\r\n\r\n",
            out));
  CHECK(out.framing == Framing::chunked);
  CHECK(out.expect_continue);
  CHECK(out.accepts_trailers);
  REQUIRE_FALSE(parse(with_fields("Content-Length: 7\r\n"), out));
  CHECK(out.framing == Framing::length);
  CHECK(out.content_length == 7);
  REQUIRE_FALSE(parse(with_fields("Content-Length: 0\r\n"), out));
  CHECK(out.framing == Framing::none);
  REQUIRE_FALSE(parse(with_fields("Upgrade: websocket\r\n"), out));
  CHECK(out.upgrade.empty());
  REQUIRE_FALSE(
      parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", out));
  CHECK(out.upgrade == "websocket");
}

TEST_CASE("the scanner finds the end of a head however it is cut") {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\nnext";
  for (std::size_t cut = 0; cut <= head.size(); ++cut) {
    HeadScanner scanner;
    const auto first = scanner.scan(std::string_view(head).substr(0, cut));
    CHECK((first == HeadScanner::State::complete) == (cut >= head.size() - 4));
    if (first == HeadScanner::State::incomplete) {
      CHECK(scanner.scan(head) == HeadScanner::State::complete);
    }
    CHECK(scanner.size() == head.size() - 4);
  }
  HeadScanner scanner;
  CHECK(scanner.scan("GET / HTTP/1.1\n") == HeadScanner::State::malformed);
}
