#include "shared/routing/path.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace gateway::routing {
namespace {

// The normal form, or "refused".
std::string normal(std::string_view raw) {
  std::string scratch;
  const char* why = nullptr;
  const std::string_view path = normalize_path(raw, scratch, why);
  CHECK(path.empty() == (why != nullptr));
  return path.empty() ? "refused" : std::string(path);
}

TEST_CASE("a path in normal form is returned as it came, without a copy") {
  for (const std::string raw : {"/", "/a", "/a/b/", "/.well-known/x", "/a/..b/.../c.", "/%20a%2Ab",
                                "/a;b=c@d:e!$&'()*+,=~_-", "/%252F"}) {
    std::string scratch;
    const char* why = nullptr;
    const std::string_view path = normalize_path(raw, scratch, why);
    CHECK(path == raw);
    CHECK(path.data() == raw.data());
    CHECK(scratch.empty());
  }
}

TEST_CASE("escapes: unreserved ones are decoded, others kept in upper case") {
  CHECK(normal("/%61%7e%2D%5f%41") == "/a~-_A");
  CHECK(normal("/a%2cb%3F%23") == "/a%2Cb%3F%23");
  CHECK(normal("/%25%36%31") == "/%2561");  // decoded once, never twice
  CHECK(normal("/%e2%82%ac") == "/%E2%82%AC");
  CHECK(normal("/%") == "refused");
  CHECK(normal("/%4") == "refused");
  CHECK(normal("/%4g") == "refused");
  CHECK(normal("/%g4") == "refused");
  CHECK(normal("/a%2") == "refused");
}

TEST_CASE("nothing hides a separator") {
  for (const char* raw :
       {"/a%2fb", "/a%2Fb", "/a%5cb", "/a%5Cb", "/a\\b", "/a%00", "/%2f", "/..%2f"}) {
    CHECK_MESSAGE(normal(raw) == "refused", raw);
  }
}

TEST_CASE("octets that RFC 3986 does not allow are refused") {
  for (int octet = 1; octet < 256; ++octet) {
    const std::string raw = std::string("/a") + static_cast<char>(octet);
    const bool pchar = std::string_view("-._~!$&'()*+,;=:@/").find(static_cast<char>(octet)) !=
                           std::string_view::npos ||
                       (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
                       (octet >= 'a' && octet <= 'z');
    CHECK_MESSAGE(normal(raw) == (pchar ? raw : "refused"), octet);
  }
  CHECK(normal(std::string_view("/a\0b", 4)) == "refused");
}

TEST_CASE("runs of slashes become one, before dot segments are removed") {
  CHECK(normal("//") == "/");
  CHECK(normal("///a//b///") == "/a/b/");
  CHECK(normal("/a//../b") == "/b");
}

TEST_CASE("dot segments are removed, encoded ones too") {
  CHECK(normal("/a/./b") == "/a/b");
  CHECK(normal("/./a") == "/a");
  CHECK(normal("/a/.") == "/a/");
  CHECK(normal("/a/..") == "/");
  CHECK(normal("/a/b/..") == "/a/");
  CHECK(normal("/a/b/../c") == "/a/c");
  CHECK(normal("/a/b/../../c") == "/c");
  CHECK(normal("/a/%2e%2E/b") == "/b");
  CHECK(normal("/a/.%2e/b") == "/b");
  CHECK(normal("/a/%2e/b") == "/a/b");
  CHECK(normal("/a/.../b") == "/a/.../b");
}

TEST_CASE("a path that climbs above its root is refused") {
  for (const char* raw : {"/..", "/../a", "/a/../..", "/a/../../b", "/%2e%2e/a", "//..", "/./.."}) {
    CHECK_MESSAGE(normal(raw) == "refused", raw);
  }
}

TEST_CASE("a path starts with a slash") {
  for (const char* raw : {"", "a", "*", "http://x/", "%2f"}) {
    CHECK_MESSAGE(normal(raw) == "refused", raw);
  }
}

TEST_CASE("random paths: normal form is a fixed point without dot segments or double slashes") {
  const std::vector<std::string> parts = {"/",   "//",  ".",    "..",  "a",   "bc", "%2e",
                                          "%2E", "%41", "%c3",  "%2F", "%20", "~",  ";",
                                          "...", "/.",  "/../", "*",   "%",   "\\"};
  std::mt19937 random(20240607);
  std::size_t accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string raw = "/";
    for (auto left = random() % 12; left > 0; --left) raw += parts[random() % parts.size()];
    const std::string once = normal(raw);
    if (once == "refused") continue;
    ++accepted;
    REQUIRE_MESSAGE(normal(once) == once, raw);
    REQUIRE_MESSAGE((once + "/").find("/../") == std::string::npos, raw);
    REQUIRE_MESSAGE((once + "/").find("/./") == std::string::npos, raw);
    REQUIRE_MESSAGE(once.find("//") == std::string::npos, raw);
  }
  CHECK(accepted > 10'000);
}

}  // namespace
}  // namespace gateway::routing
