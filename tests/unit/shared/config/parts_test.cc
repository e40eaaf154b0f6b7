#include <doctest/doctest.h>

#include <array>

#include "shared/config/address.h"
#include "shared/config/check.h"
#include "shared/config/mask.h"
#include "shared/config/suggest.h"
#include "shared/config/utf8.h"
#include "shared/config/visible_text.h"

using namespace gateway::config;

TEST_CASE("edit distance counts letters put in, taken out, changed and swapped") {
  CHECK(edit_distance("", "", 3) == 0);
  CHECK(edit_distance("samples", "sampels", 3) == 1);
  CHECK(edit_distance("abc", "abcd", 3) == 1);
  CHECK(edit_distance("abc", "xbc", 3) == 1);
  CHECK(edit_distance("kitten", "sitting", 3) == 3);
  CHECK(edit_distance("abc", "xyz", 2) > 2);
  CHECK(edit_distance(std::string(65, 'a'), std::string(65, 'a'), 2) > 2);
}

TEST_CASE("suggestions are near, and the nearest of all") {
  constexpr std::array<std::string_view, 3> kNames = {"service", "services", "path"};
  CHECK(suggest("servces", kNames) == "services");
  CHECK(suggest("servicse", kNames) == "service");  // as near as "services", and first
  CHECK(suggest("pth", kNames) == "path");
  CHECK_FALSE(suggest("x", kNames).has_value());
  CHECK(did_you_mean("zzzz", kNames, "look it up") == "look it up");
}

TEST_CASE("addresses") {
  const auto v4 = parse_address("0.0.0.0:0");
  REQUIRE(v4.ok());
  CHECK(v4->host == "0.0.0.0");
  CHECK(v4->port == 0);
  const auto v6 = parse_address("[::]:65535");
  REQUIRE(v6.ok());
  CHECK(v6->host == "::");
  CHECK(v6->port == 65535);
  for (const char* bad : {"", ":", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "::1:80",
                          "[::1]", "[::1]80", "[1.2.3.4]:80", "host:80", "1.2.3.4:80 ", "[:80"}) {
    CHECK_MESSAGE(!parse_address(bad).ok(), bad);
  }
}

TEST_CASE("origins") {
  const auto url = parse_origin("HTTP://Host_1.example:8080/");
  REQUIRE(url.ok());
  CHECK(url->host == "Host_1.example");
  CHECK(url->port == 8080);
  for (const char* bad : {"", "http://", "http://:80", "http://a:0", "http://a:65536", "http://a:",
                          "http://a/b", "http://a?b", "http://a#b", "http://u@a", "http://[::1",
                          "http://::1", "http://[a]", "http://a b", "ftp://a", "a:80"}) {
    CHECK_MESSAGE(!parse_origin(bad).ok(), bad);
  }
  CHECK(parse_origin("https://a")->tls);
  CHECK(parse_origin("https://a")->port == 443);
  CHECK(parse_origin("http://" + std::string(253, 'a')).ok());
  CHECK_FALSE(parse_origin("http://" + std::string(254, 'a')).ok());
}

TEST_CASE("stray host bits lead to the network that was meant") {
  CHECK(clear_host_bits("10.1.2.3/8") == "10.0.0.0/8");
  CHECK(clear_host_bits("192.0.2.77/25") == "192.0.2.0/25");
  CHECK(clear_host_bits("2001:db8::1/32") == "2001:db8::/32");
  CHECK_FALSE(clear_host_bits("10.0.0.0/33").has_value());
  CHECK_FALSE(clear_host_bits("10.0.0.0").has_value());
}

TEST_CASE("names: the longest that may be, and one longer") {
  CHECK(is_name("a-Z_0"));
  CHECK(is_name(std::string(64, 'a')));
  CHECK_FALSE(is_name(std::string(65, 'a')));
  CHECK_FALSE(is_name(""));
  CHECK_FALSE(is_name("a.b"));
}

TEST_CASE("secrets are masked letter for letter, whatever stands around them") {
  const auto masked = [](std::string text) {
    mask_secrets(text);
    return text;
  };
  CHECK(masked("secret = \"abc\"\n") == "secret = \"***\"\n");
  CHECK(masked("a.secret='\xc3\xa9x' # c") == "a.secret='**' # c");
  CHECK(masked("\"secret\" = \"a\\\"b\" c") == "\"secret\" = \"****\" c");
  CHECK(masked("secret = \"\"\"a\nb\"\"\"") == "secret = \"\"\"*\n*\"\"\"");
  CHECK(masked("secret = abc\nx") == "secret = ***\nx");
  CHECK(masked("secret = \"abc") == "secret = \"***");
  CHECK(masked("secret = \"${JWT}\"") == "secret = \"${JWT}\"");
  CHECK(masked("secret = \"${JWT:-abc}\"") == "secret = \"***********\"");
  CHECK(masked("secret_file = \"/x\"") == "secret_file = \"/x\"");
  CHECK(masked("secret =") == "secret =");
  CHECK(masked("the secret of = \"x\"") == "the secret of = \"x\"");
}

TEST_CASE("what is shown on a terminal cannot move its cursor or turn its text around") {
  CHECK(visible("a\tb") == "a    b");
  CHECK(visible("\x1b[31m") == "\\x1b[31m");
  CHECK(visible("\xff") == "\\xff");
  CHECK(visible("\xe2\x80\xae") == "\\u{202e}");
  CHECK(visible("\xc2\x9b") == "\\u{9b}");
  CHECK(visible("\xc3\xa9\xe6\x97\xa5") == "\xc3\xa9\xe6\x97\xa5");
  CHECK(next_visible("\xe6\x97\xa5").width == 2);
  CHECK(next_visible("\xcc\x81").width == 0);
}

TEST_CASE("UTF-8 is read strictly") {
  for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    CHECK(decode_utf8(bad).bytes == 0);
  }
  for (const char32_t code : {U'a', U'\u00e9', U'\u65e5', U'\U0001F600'}) {
    std::string text;
    REQUIRE(append_utf8(code, text));
    CHECK(decode_utf8(text).code == code);
    CHECK(decode_utf8(text).bytes == text.size());
  }
  std::string none;
  CHECK_FALSE(append_utf8(0xd800, none));
  CHECK_FALSE(append_utf8(0x110000, none));
}
