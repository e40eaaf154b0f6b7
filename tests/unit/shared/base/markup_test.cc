#include "shared/base/markup.h"

#include <doctest/doctest.h>

using namespace gateway;

TEST_CASE("what markup means something by is escaped") {
  for (const auto escape : {escape_markup, escape_attribute}) {
    CHECK(escape("a < b && c > \"d\"") == "a &lt; b &amp;&amp; c &gt; &quot;d&quot;");
    CHECK(escape("") == "");
    CHECK(escape("ü & 日本") == "ü &amp; 日本");
  }
}

TEST_CASE("what XML has no character for is not passed on, a line end stays one") {
  constexpr std::string_view kHostile("a\0b\x1b[1m\tc\n", 10);
  CHECK(escape_markup(kHostile) == "a?b?[1m?c\n");
  CHECK(escape_attribute(kHostile) == "a?b?[1m?c&#10;");
}
