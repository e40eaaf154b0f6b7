#include "shared/decision/explain_request.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::decision {
namespace {

// "secure? authority path ?query" of a URL; what is wrong with it otherwise.
std::string read(std::string_view url) {
  ExplainRequest request;
  if (const char* wrong = read_url(url, request)) return std::string("! ") + wrong;
  return (request.secure ? "tls " : "") + request.authority + " " + request.path +
         (request.has_query ? " ?" + request.query : "");
}

TEST_CASE("URLs are taken apart as they stand") {
  CHECK(read("https://api.example.com/a/b?c=d#e") == "tls api.example.com /a/b ?c=d");
  CHECK(read("HTTP://api.example.com:8080") == "api.example.com:8080 /");
  CHECK(read("http://[::1]:80?x") == "[::1]:80 / ?x");
  CHECK(read("/a//../%2e?") == " /a//../%2e ?");
  CHECK(read("/#/route") == " /");
}

TEST_CASE("URLs that no client would send are refused with a sentence") {
  for (const char* url : {"", "a", "ftp://a/", "https://", "https:///x", "//", "http://a b/",
                          "http://user@a/", "/a b", "/a\r\nX: y", "/a\x7f", "*", "http://a\\b/"}) {
    CAPTURE(url);
    if (std::string_view(url) == "//") {
      CHECK(read(url) == " //");  // two slashes are a path
    } else {
      CHECK(read(url).starts_with("! "));
    }
  }
  CHECK(read(std::string_view("/a\0b", 4)).starts_with("! "));
  CHECK(read("/" + std::string(1 << 20, 'a')).size() > 1 << 20);
}

TEST_CASE("fields: Host names the authority, what is no field is refused") {
  ExplainRequest request;
  CHECK(read_field("X-A:  b ", request) == nullptr);
  CHECK(read_field("host: api.example.com", request) == nullptr);
  CHECK(request.authority == "api.example.com");
  REQUIRE(request.fields.size() == 1);
  CHECK(request.fields[0].first == "X-A");
  CHECK(request.fields[0].second == "b");
  for (const char* text :
       {"", "X", ": a", "X A: b", "X: a\r\nY: b", "X: \x01", "Host: a/b", "Host: a b"}) {
    CAPTURE(text);
    ExplainRequest other;
    CHECK(read_field(text, other) != nullptr);
  }
}

TEST_CASE("a request as a whole") {
  ExplainRequest request;
  CHECK(fault_of(request) == nullptr);
  request.method = "GET /";
  CHECK(fault_of(request) != nullptr);
  request = {};
  request.path = "";
  CHECK(fault_of(request) != nullptr);
  request = {};
  request.roles = {"lab"};
  CHECK(fault_of(request) != nullptr);
  request.user = "u-17";
  CHECK(fault_of(request) == nullptr);
}

}  // namespace
}  // namespace gateway::decision
