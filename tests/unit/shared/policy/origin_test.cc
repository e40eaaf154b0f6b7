#include "shared/policy/origin.h"

#include <doctest/doctest.h>

#include <string>

#include "shared/policy/origin_set.h"
#include "tests/unit/shared/policy/fields_of.h"

namespace gateway::policy {
namespace {

// The one form of an origin; empty when it is none.
std::string form(std::string_view text) {
  const auto origin = parse_origin(text);
  if (!origin) return "";
  OriginMemory memory;
  return std::string(serialize(*origin, memory));
}

bool holds(std::string_view entry, std::string_view origin) {
  OriginSet set;
  set.add(entry);
  const auto parsed = parse_origin(origin);
  return parsed && set.contains(*parsed);
}

TEST_CASE("origins have one form: lower case, without the scheme's own port") {
  CHECK(form("https://a.example") == "https://a.example");
  CHECK(form("HTTPS://A.Example:443") == "https://a.example");
  CHECK(form("http://a.example:80") == "http://a.example");
  CHECK(form("http://a.example:443") == "http://a.example:443");
  CHECK(form("https://a.example:0443") == "https://a.example");
  CHECK(form("https://a.example:65535") == "https://a.example:65535");
  CHECK(form("https://a.example.") == "https://a.example.");
  CHECK(form("http://localhost:3000") == "http://localhost:3000");
  CHECK(form("http://127.0.0.1:8080") == "http://127.0.0.1:8080");
  CHECK(form("http://[2001:DB8::1]:8080") == "http://[2001:db8::1]:8080");
  CHECK(form("https://xn--bcher-kva.example") == "https://xn--bcher-kva.example");
  CHECK(form("chrome-extension://abcdefgh") == "chrome-extension://abcdefgh");
}

TEST_CASE("what is no origin is refused") {
  for (const std::string_view text : {"",
                                      "null",
                                      "a.example",
                                      "https:",
                                      "https://",
                                      "https:/a.example",
                                      "://a.example",
                                      "https://a.example/",
                                      "https://a.example/x",
                                      "https://a.example?",
                                      "https://a.example#x",
                                      "https://u@a.example",
                                      "https://u:p@a.example",
                                      "https://a.example:",
                                      "https://a.example:0",
                                      "https://a.example:65536",
                                      "https://a.example:-1",
                                      "https://a.example:+1",
                                      "https://a.example:1x",
                                      "https://a.example:1:2",
                                      "https://a..example",
                                      "https://.a.example",
                                      "https://.",
                                      "https://*.a.example",
                                      "https://a example",
                                      " https://a.example",
                                      "https://a.example\t",
                                      "https://a.example, https://b.example",
                                      "https://a\r\n.example",
                                      "https://b\xc3\xbc"
                                      "cher.example",
                                      "https://a%2eexample",
                                      "https://[::1",
                                      "https://::1",
                                      "https://[]",
                                      "https://[1.2.3.4]",
                                      "https://[::1]x",
                                      "https://[fe80::1%25eth0]",
                                      "1https://a.example",
                                      "ht tp://a.example",
                                      "https://https://a.example",
                                      "*"}) {
    CAPTURE(text);
    CHECK(form(text).empty());
  }
  CHECK(form(std::string_view("https://a\0.example", 18)).empty());
}

TEST_CASE("an origin is looked at up to its longest, and no further") {
  const std::string longest = "https://" + std::string(kMaxOriginBytes - 8, 'a');
  CHECK(form(longest) == longest);
  CHECK(form(longest + 'a').empty());
}

TEST_CASE("the origin of a URL is what stands before its path") {
  const auto form_of_url = [](std::string_view url) {
    const auto origin = origin_of_url(url);
    OriginMemory memory;
    return origin ? std::string(serialize(*origin, memory)) : "";
  };
  CHECK(form_of_url("https://A.example/x?y#z") == "https://a.example");
  CHECK(form_of_url("https://a.example") == "https://a.example");
  CHECK(form_of_url("https://a.example:8443?x=https://b.example") == "https://a.example:8443");
  CHECK(form_of_url("https://u@a.example/").empty());
  CHECK(form_of_url("https://a.example\\@b.example/").empty());
  CHECK(form_of_url("/x").empty());
  CHECK(form_of_url("about:blank").empty());
  CHECK(form_of_url("").empty());
}

TEST_CASE("a page is the gateway's own when scheme, host and port are those asked for") {
  const auto own = [](std::string_view origin, bool secure, std::string_view authority) {
    return is_own(*parse_origin(origin), {secure, authority});
  };
  CHECK(own("https://a.example", true, "a.example"));
  CHECK(own("https://a.example", true, "A.example:443"));
  CHECK(own("http://a.example:8000", false, "a.example:8000"));
  CHECK(own("http://[::1]:8000", false, "[::1]:8000"));
  CHECK_FALSE(own("http://a.example", true, "a.example"));
  CHECK_FALSE(own("https://a.example", true, "b.a.example"));
  CHECK_FALSE(own("https://a.example:8443", true, "a.example"));
  CHECK_FALSE(own("https://a.example", true, ""));
  CHECK_FALSE(own("https://a.example", true, "a.example:x"));
}

TEST_CASE("an Origin field is good, opaque, malformed or repeated") {
  using Kind = OriginField::Kind;
  CHECK(read_origin({}).kind == Kind::absent);
  CHECK(read_origin(fields_of({{"Origin", "https://a.example"}})).kind == Kind::good);
  CHECK(read_origin(fields_of({{"origin", "null"}})).kind == Kind::opaque);
  CHECK(read_origin(fields_of({{"Origin", ""}})).kind == Kind::malformed);
  CHECK(read_origin(fields_of({{"Origin", "NULL"}})).kind == Kind::malformed);
  CHECK(read_origin(fields_of({{"Origin", "https://a"}, {"Origin", "https://a"}})).kind ==
        Kind::repeated);
}

TEST_CASE("an exact entry takes its origin alone") {
  CHECK(holds("https://a.example", "https://a.example"));
  CHECK(holds("HTTPS://A.EXAMPLE:443", "https://a.example"));
  CHECK(holds("https://a.example", "https://a.example:443"));
  CHECK_FALSE(holds("https://a.example", "http://a.example"));
  CHECK_FALSE(holds("https://a.example", "https://a.example:8443"));
  CHECK_FALSE(holds("https://a.example", "https://b.a.example"));
  CHECK_FALSE(holds("https://a.example", "https://a.example.evil.example"));
  CHECK_FALSE(holds("https://a.example", "https://a.example."));
}

TEST_CASE("a subdomain entry takes labels in front, never the domain and no look-alike") {
  constexpr std::string_view kEntry = "https://*.example.com";
  CHECK(holds(kEntry, "https://a.example.com"));
  CHECK(holds(kEntry, "https://a.b.c.example.com"));
  CHECK(holds(kEntry, "https://A.Example.COM:443"));
  CHECK_FALSE(holds(kEntry, "https://example.com"));
  CHECK_FALSE(holds(kEntry, "https://evil-example.com"));
  CHECK_FALSE(holds(kEntry, "https://evilexample.com"));
  CHECK_FALSE(holds(kEntry, "https://.example.com"));
  CHECK_FALSE(holds(kEntry, "https://a.example.com.evil.org"));
  CHECK_FALSE(holds(kEntry, "https://a.example.com."));
  CHECK_FALSE(holds(kEntry, "http://a.example.com"));
  CHECK_FALSE(holds(kEntry, "https://a.example.com:8443"));
  CHECK(holds("http://*.localhost:3000", "http://app.localhost:3000"));
  CHECK_FALSE(holds("http://*.localhost:3000", "http://app.localhost"));
}

TEST_CASE("many entries are all found") {
  OriginSet set;
  for (int i = 0; i < 200; ++i) set.add("https://" + std::to_string(i * 7 % 200) + "x.example");
  for (int i = 0; i < 200; ++i) {
    CHECK(set.contains(*parse_origin("https://" + std::to_string(i) + "x.example")));
  }
  CHECK_FALSE(set.contains(*parse_origin("https://200x.example")));
}

TEST_CASE("entries that could not be meant have a sentence and match nothing") {
  for (const std::string_view entry : {"",
                                       "null",
                                       "a.example",
                                       "*.a.example",
                                       "https://",
                                       "https://a.example/",
                                       "https://*",
                                       "https://*.",
                                       "https://*a.example",
                                       "https://a.*.example",
                                       "https://*.*.example",
                                       "*://a.example",
                                       "https://a.example:*",
                                       "https://*.10.0.0.1",
                                       "https://*.1",
                                       "https://*.[::1]",
                                       "https://a b.example",
                                       "http://[2001:db8:0::1]",
                                       "http://[::ffff:1.2.3.4]",
                                       "http://[0:0:0:0:0:0:0:1]"}) {
    CAPTURE(entry);
    REQUIRE(OriginSet::fault(entry) != nullptr);
    CHECK(*OriginSet::fault(entry) != '\0');
    CHECK_FALSE(holds(entry, "https://a.example"));
  }
  CHECK(OriginSet::fault("http://[2001:DB8::1]") == nullptr);
  CHECK(OriginSet::fault("https://*.com") == nullptr);
  CHECK(std::string(OriginSet::fault("https://a.example/")).find("path") != std::string::npos);
}

}  // namespace
}  // namespace gateway::policy
