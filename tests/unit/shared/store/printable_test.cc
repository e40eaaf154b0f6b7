#include "shared/store/printable.h"

#include <doctest/doctest.h>

using namespace gateway::store;

TEST_CASE("what a terminal or a JSON parser would not take is written as %XX") {
  CHECK(printable("plain /a?b") == "plain /a?b");
  CHECK(printable("ü日") == "ü日");
  CHECK(printable("a\x1b[1m\n\xff") == "a%1B[1m%0A%FF");
}

TEST_CASE("a text is cut at a bound, never within a character") {
  CHECK(cut("abc", 3) == "abc");
  CHECK(cut("abcd", 3) == "abc");
  CHECK(cut("aü", 3) == "aü");
  CHECK(cut("aü", 2) == "a");
  CHECK(cut("日", 2).empty());
  CHECK(cut("", 0).empty());
  CHECK(cut("\x80\x80", 1).empty());  // no character at all
}
