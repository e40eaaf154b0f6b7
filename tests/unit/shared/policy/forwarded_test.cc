#include "shared/policy/forwarded.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace gateway;
using namespace gateway::policy;

Field field(FieldId id, std::string_view value) {
  return {"", value, "", id};
}

IpAddress ip(std::string_view text) {
  return *parse_ip(text);
}

const std::vector<Cidr> kTrusted = {*parse_cidr("10.0.0.0/8"), *parse_cidr("2001:db8::/32")};

std::string client(std::string_view peer, const Fields& fields) {
  return to_string(client_address(ip(peer), kTrusted, fields));
}

}  // namespace

TEST_CASE("the client is the last address that no trusted proxy has") {
  const Fields list = {field(FieldId::x_forwarded_for, "1.2.3.4, 203.0.113.9, 10.0.0.7")};
  CHECK(client("198.51.100.1", list) == "198.51.100.1");
  CHECK(client("10.0.0.1", list) == "203.0.113.9");
  CHECK(client("10.0.0.1", {}) == "10.0.0.1");
  CHECK(client("10.0.0.1", {field(FieldId::x_forwarded_for, "10.0.0.9")}) == "10.0.0.9");
  CHECK(client("10.0.0.1", {field(FieldId::x_forwarded_for, "1.2.3.4, unknown")}) == "10.0.0.1");
  CHECK(client("10.0.0.1", {field(FieldId::x_forwarded_for, "1.2.3.4"),
                            field(FieldId::x_forwarded_for, "5.6.7.8:443")}) == "5.6.7.8");
}

TEST_CASE("Forwarded is read where there is no X-Forwarded-For") {
  CHECK(client("10.0.0.1", {field(FieldId::forwarded,
                                  "for=1.1.1.1, For=\"[2a00::1]:80\";proto=http")}) == "2a00::1");
  CHECK(client("2001:db8::5", {field(FieldId::forwarded, "proto=https;for=8.8.8.8")}) == "8.8.8.8");
  CHECK(client("10.0.0.1", {field(FieldId::forwarded, "for=_hidden")}) == "10.0.0.1");
}

TEST_CASE("an untrusted peer's history is replaced, a trusted one's continued") {
  const Fields fields = {field(FieldId::x_forwarded_for, "1.2.3.4"),
                         field(FieldId::x_forwarded_proto, "https"),
                         field(FieldId::x_forwarded_host, "www.example.com"),
                         field(FieldId::forwarded, "for=1.2.3.4")};
  Hop hop;
  hop.peer = "203.0.113.9";
  hop.authority = "a:80";
  std::string out;
  append_x_forwarded(hop, fields, out);
  CHECK(out ==
        "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a:80\r\n");
  out.clear();
  append_forwarded(hop, fields, out);
  CHECK(out == "Forwarded: for=203.0.113.9;host=\"a:80\";proto=http\r\n");

  hop.peer_trusted = true;
  out.clear();
  append_x_forwarded(hop, fields, out);
  CHECK(out ==
        "X-Forwarded-For: 1.2.3.4, 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
        "X-Forwarded-Host: www.example.com\r\n");
  out.clear();
  append_forwarded(hop, fields, out);
  CHECK(out == "Forwarded: for=1.2.3.4, for=203.0.113.9;host=\"a:80\";proto=http\r\n");
}

TEST_CASE("an IPv6 node is quoted") {
  std::string out;
  Hop hop;
  hop.peer = "2a00::1";
  hop.peer_is_v6 = hop.secure = true;
  append_forwarded(hop, {}, out);
  CHECK(out == "Forwarded: for=\"[2a00::1]\";proto=https\r\n");
}

TEST_CASE("Via names this hop after those before it") {
  std::string out;
  append_via(0, {field(FieldId::via, "1.1 edge")}, out);
  CHECK(out == "Via: 1.1 edge, 1.0 gatewayd\r\n");
}

TEST_CASE("a request id is taken over only when it is a UUID") {
  CHECK(given_request_id({field(FieldId::x_request_id, "0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60")}));
  CHECK_FALSE(given_request_id({field(FieldId::x_request_id, "abc")}));
  CHECK_FALSE(given_request_id({}));
}
