#include "gatewayd/net/proxy_header.h"

#include <doctest/doctest.h>

#include <string>

using namespace gateway;
using net::parse_proxy_header;
using net::ProxyHeader;
using State = net::ProxyHeader::State;

namespace {

std::string source_of(const std::string& input) {
  const ProxyHeader header = parse_proxy_header(input);
  REQUIRE(header.state == State::complete);
  return header.source ? net::to_string(*header.source) : "none";
}

// Version 2 with `command` (version included) and `family`, and `rest` behind the fixed part.
std::string binary(char command, char family, const std::string& rest, std::size_t length) {
  std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
  header += command;
  header += family;
  header += static_cast<char>(length >> 8);
  header += static_cast<char>(length & 0xff);
  return header + rest;
}
std::string binary(char command, char family, const std::string& rest) {
  return binary(command, family, rest, rest.size());
}

const std::string kV4("\xc0\x00\x02\x07\xc0\x00\x02\x01\x1f\x90\x01\xbb", 12);
const std::string kV6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x01" +
                        std::string(16, '\1') + std::string("\x1f\x90\x01\xbb", 4);

bool is_malformed(const std::string& input) {
  return parse_proxy_header(input).state == State::malformed;
}

}  // namespace

TEST_CASE("a line of version 1 names the client") {
  CHECK(source_of("PROXY TCP4 192.0.2.7 192.0.2.1 8080 443\r\nGET /") == "192.0.2.7:8080");
  CHECK(source_of("PROXY TCP6 2001:db8::1 2001:db8::2 8080 443\r\n") == "[2001:db8::1]:8080");
  CHECK(source_of("PROXY UNKNOWN\r\n") == "none");
  CHECK(source_of("PROXY UNKNOWN ffff:: ffff:: 1 2\r\n") == "none");
  CHECK(parse_proxy_header("PROXY TCP4 192.0.2.7 192.0.2.1 8080 443\r\nGET /").size == 41);
}

TEST_CASE("a line of version 1 is read strictly") {
  CHECK(is_malformed("PROXY TCP4 192.0.2.7 192.0.2.1 8080\r\n"));
  CHECK(is_malformed("PROXY TCP4 192.0.2.7 192.0.2.1 8080 443 1\r\n"));
  CHECK(is_malformed("PROXY TCP4  192.0.2.7 192.0.2.1 8080 443\r\n"));
  CHECK(is_malformed("PROXY TCP4 2001:db8::1 2001:db8::2 8080 443\r\n"));
  CHECK(is_malformed("PROXY TCP6 192.0.2.7 192.0.2.1 8080 443\r\n"));
  CHECK(is_malformed("PROXY TCP4 192.0.2.7 192.0.2.1 65536 443\r\n"));
  CHECK(is_malformed("PROXY TCP4 192.0.2.7 192.0.2.1 080 443\r\n"));
  CHECK(is_malformed("PROXY TCP4 192.0.2.7 192.0.2.1 -1 443\r\n"));
  CHECK(is_malformed("PROXY UDP4 192.0.2.7 192.0.2.1 8080 443\r\n"));
  CHECK(is_malformed("PROXY TCP4 192.0.2.7 192.0.2.1 8080 443\n\r\n"));
  CHECK(is_malformed("GET / HTTP/1.1\r\n"));
  CHECK(is_malformed("proxy TCP4 192.0.2.7 192.0.2.1 8080 443\r\n"));
}

TEST_CASE("a line of version 1 has at most 107 bytes") {
  const std::string start = "PROXY UNKNOWN ";
  const std::string longest = start + std::string(107 - start.size() - 2, 'x') + "\r\n";
  CHECK(parse_proxy_header(longest).state == State::complete);
  CHECK(is_malformed(start + std::string(107 - start.size() - 1, 'x') + "\r\n"));
}

TEST_CASE("version 2 names the client") {
  CHECK(source_of(binary(0x21, 0x11, kV4)) == "192.0.2.7:8080");
  CHECK(source_of(binary(0x21, 0x21, kV6)) == "[2001:db8::1]:8080");
  CHECK(source_of(binary(0x21, 0x11, kV4 + "extensions")) == "192.0.2.7:8080");
  CHECK(parse_proxy_header(binary(0x21, 0x11, kV4 + "extensions") + "GET /").size == 16 + 22);
  // The balancer's own, and families without an IP address of TCP.
  CHECK(source_of(binary(0x20, 0x00, "")) == "none");
  CHECK(source_of(binary(0x20, 0x11, kV4)) == "none");
  CHECK(source_of(binary(0x21, 0x00, "")) == "none");
  CHECK(source_of(binary(0x21, 0x31, std::string(216, 'x'))) == "none");
}

TEST_CASE("version 2 is read strictly and within its bound") {
  CHECK(is_malformed(binary(0x11, 0x11, kV4)));
  CHECK(is_malformed(binary(0x22, 0x11, kV4)));
  CHECK(is_malformed(binary(0x21, 0x11, kV4.substr(1))));
  CHECK(is_malformed(binary(0x21, 0x21, kV6.substr(1))));
  const std::size_t most = net::kMaxProxyHeader - 16;
  CHECK(source_of(binary(0x21, 0x11, kV4 + std::string(most - 12, 'x'))) == "192.0.2.7:8080");
  CHECK(is_malformed(binary(0x21, 0x11, "", most + 1)));
}

TEST_CASE("every beginning of a header waits for its rest") {
  for (const std::string& whole : {std::string("PROXY TCP4 192.0.2.7 192.0.2.1 8080 443\r\n"),
                                   binary(0x21, 0x11, kV4), binary(0x20, 0x00, "")}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CHECK(parse_proxy_header(whole.substr(0, size)).state == State::incomplete);
    }
    CHECK(parse_proxy_header(whole).state == State::complete);
  }
}
