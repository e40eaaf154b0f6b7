#include "shared/policy/json_strings.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace gateway::policy {
namespace {

std::vector<std::string> strings(std::string_view json) {
  std::vector<std::string> found;
  std::string scratch;
  JsonStrings reader(json);
  while (reader.next(scratch)) found.emplace_back(reader.text());
  return found;
}

std::string keyed(std::string_view json) {
  std::string found;
  std::string scratch;
  JsonStrings reader(json);
  while (reader.next(scratch)) {
    found.append(reader.key()).append("=").append(reader.text()).append(" ");
  }
  return found;
}

using Strings = std::vector<std::string>;

TEST_CASE("keys and values are found in order") {
  CHECK(strings(R"({"a": "b", "c": [1, "d", {"e": null}], "f": "g"})") ==
        Strings{"a", "b", "c", "d", "e", "f", "g"});
  CHECK(strings("[1, true, null, -2.5e+7]").empty());
  CHECK(strings("").empty());
  CHECK(strings("\"\"") == Strings{""});
}

TEST_CASE("a value knows its key, and so do those of a list") {
  CHECK(keyed(R"({"a": "1", "b": ["2", "3"], "c": {"d": "4"}, "e": "5"})") ==
        "=a a=1 =b b=2 b=3 =c =d d=4 =e e=5 ");
}

TEST_CASE("escapes are taken back") {
  CHECK(strings(R"(["\"\\\/\b\f\n\r\t"])") == Strings{"\"\\/\b\f\n\r\t"});
  CHECK(strings(R"(["\u0041\u00e9\u20ac"])") == Strings{"A\xc3\xa9\xe2\x82\xac"});
  CHECK(strings(R"(["\ud83d\ude00"])") == Strings{"\xf0\x9f\x98\x80"});
  CHECK(strings(R"(["\u0000"])") == Strings{std::string(1, '\0')});
  CHECK(strings(R"(["\\", "x"])") == Strings{"\\", "x"});
  CHECK(strings(R"(["\\\"", "x"])") == Strings{"\\\"", "x"});
}

TEST_CASE("escapes that JSON does not have are read leniently") {
  CHECK(strings(R"(["\ud83d", "\ude00x", "\ud83d\u0041"])") == Strings{"\xef\xbf\xbd",
                                                                       "\xef\xbf\xbdx",
                                                                       "\xef\xbf\xbd"
                                                                       "A"});
  CHECK(strings(R"(["\q\u12\uxyzw"])") == Strings{"qu12uxyzw"});
}

TEST_CASE("a text that is cut off gives what is there") {
  CHECK(strings(R"({"a": "some te)") == Strings{"a", "some te"});
  CHECK(strings(R"({"a": "x\)") == Strings{"a", "x\\"});
  CHECK(strings(R"({"a": "x\")") == Strings{"a", "x\""});
  CHECK(strings(R"({"a": "x\u00)") == Strings{"a", "xu00"});
  CHECK(strings("\"") == Strings{""});
}

TEST_CASE("what is not JSON is given as it stands") {
  CHECK(strings("{a: 'x or 1=1', \"b\": 2}") == Strings{" 'x or 1=1', ", "b"});
  CHECK(strings("<script>") == Strings{"<script>"});
  CHECK(strings("]]}}").empty());
}

TEST_CASE("depth is counted") {
  std::string scratch;
  const std::string deep = std::string(200, '[') + "\"x\"" + std::string(300, ']');
  JsonStrings reader(deep);
  CHECK(reader.next(scratch));
  CHECK(reader.depth() == 200);
  CHECK_FALSE(reader.next(scratch));
  CHECK(reader.depth() == 200);
}

}  // namespace
}  // namespace gateway::policy
