#include "shared/policy/percent_decode.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::policy {
namespace {

std::string decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  percent_decode(text, plus_is_space, out);
  return out;
}

std::string pairs(std::string_view form) {
  std::string out;
  for_each_pair(form, [&](std::string_view name, std::string_view value) {
    out.append(name).append("->").append(value).append(" ");
  });
  return out;
}

TEST_CASE("escapes become octets, what is no escape stays") {
  CHECK(decoded("", true).empty());
  CHECK(decoded("a%20b%2Fc%2fd", false) == "a b/c/d");
  CHECK(decoded("a+b", false) == "a+b");
  CHECK(decoded("+a+b%2B+", true) == " a b+ ");
  CHECK(decoded("100%", true) == "100%");
  CHECK(decoded("%2", true) == "%2");
  CHECK(decoded("%zz%4", true) == "%zz%4");
  CHECK(decoded("%%41", true) == "%A");
  CHECK(decoded("%00", true) == std::string(1, '\0'));
  CHECK(decoded("%2541", true) == "%41");
}

TEST_CASE("an escape needs two hex digits") {
  CHECK(has_escape("a%2e"));
  CHECK(has_escape("%%2E"));
  CHECK_FALSE(has_escape("100% sure"));
  CHECK_FALSE(has_escape("%2"));
  CHECK_FALSE(has_escape(""));
}

TEST_CASE("a form is cut at ampersands and the first equals sign") {
  CHECK(pairs("a=1&b=2") == "a->1 b->2 ");
  CHECK(pairs("a==&&b&=c&") == "a->= b-> ->c ");
  CHECK(pairs("").empty());
  CHECK(pairs("&&").empty());
}

}  // namespace
}  // namespace gateway::policy
