#include <doctest/doctest.h>

#include <string>

#include "gatewayd/http/head.h"

namespace {

using namespace gateway;
using namespace gateway::http;

std::optional<HeadError> parse(std::string_view head, ResponseHead& out, bool to_head = false) {
  return parse_response_head(head, HeadLimits{}, to_head, out);
}

}  // namespace

TEST_CASE("malformed answers are refused") {
  const std::string nul(1, '\0');
  const std::string heads[] = {
      "HTTP/2 200 OK\r\n\r\n",
      "http/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 20 OK\r\n\r\n",
      "HTTP/1.1 2000 OK\r\n\r\n",
      "HTTP/1.1 600 OK\r\n\r\n",
      "HTTP/1.1 099 OK\r\n\r\n",
      "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1 200 O" + nul + "K\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: a" + nul + "\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
  };
  for (const std::string& head : heads) {
    CAPTURE(head);
    ResponseHead out;
    const auto error = parse(head, out);
    REQUIRE(error);
    CHECK(error->decider == Decider::upstream_malformed);
  }
}

TEST_CASE("a body's length follows RFC 9112 §6.3") {
  ResponseHead out;
  REQUIRE_FALSE(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", out));
  CHECK(out.framing == Framing::length);
  CHECK(out.keep_alive);
  REQUIRE_FALSE(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", out, true));
  CHECK(out.framing == Framing::none);
  CHECK(out.has_content_length);
  REQUIRE_FALSE(parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", out));
  CHECK(out.framing == Framing::none);
  REQUIRE_FALSE(parse("HTTP/1.1 204 No Content\r\n\r\n", out));
  CHECK(out.framing == Framing::none);
  REQUIRE_FALSE(parse("HTTP/1.1 100 Continue\r\n\r\n", out));
  CHECK(out.framing == Framing::none);
  REQUIRE_FALSE(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", out));
  CHECK(out.framing == Framing::chunked);
  REQUIRE_FALSE(parse("HTTP/1.1 200 OK\r\n\r\n", out));
  CHECK(out.framing == Framing::until_close);
  CHECK_FALSE(out.keep_alive);
}

TEST_CASE("a status line may lack its reason") {
  ResponseHead out;
  REQUIRE_FALSE(parse("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", out));
  CHECK(out.status == 200);
  CHECK(out.status_line_rest == "200");
  REQUIRE_FALSE(parse("HTTP/1.0 503 Service Unavailable\r\n\r\n", out));
  CHECK(out.status == 503);
  CHECK_FALSE(out.keep_alive);
}
