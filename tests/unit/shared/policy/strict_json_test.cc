#include "shared/policy/strict_json.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/unit/shared/policy/json_second_opinion.h"

namespace {

using namespace gateway::policy;
using gateway::policy::testing::disagreement;
using gateway::policy::testing::tell;

std::string fault_of(std::string_view text) {
  const char* fault = tell(text).fault;
  return fault == nullptr ? "" : fault;
}

std::string nested(std::size_t depth) {
  std::string text = R"({"a":)";
  for (std::size_t i = 1; i < depth; ++i) text += '[';
  text += '1';
  for (std::size_t i = 1; i < depth; ++i) text += ']';
  return text + "}";
}

std::string with_members(std::size_t count) {
  std::string text = "{";
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":0";
  }
  return text + "}";
}

const std::vector<std::string> kGood = {
    "{}",
    " \t\r\n{ } ",
    R"({"a":"b","c":[1,-2,3.5,"x",true,null,[1],{"d":1}],"e":{"f":{"g":false}},"n":null})",
    R"({"":"","a\u0062":"\"\\\/\b\f\n\r\t","\ud83d\ude00":"\u00e4 \u20ac"})",
    "{\"\xC3\xA4\":\"\xE2\x82\xAC\xF0\x9F\x98\x80\"}",
    R"({"i":-0,"j":0,"k":18446744073709551615,"l":-9223372036854775808,"m":18446744073709551616})",
    R"({"r":1e3,"s":-0.5E-2,"t":0.0,"u":1.7976931348623157e308,"v":[[],{}]})",
};

}  // namespace

TEST_CASE("values come with their path, their text and whether they stand in a list") {
  CHECK(tell(kGood[2]).values ==
        "a 0 b\nc[] 1 1\nc[] 1 -2\nc[] 2 3.5\nc[] 0 x\nc[] 3 true\ne.f.g 3 false\n");
  CHECK(tell(R"({"a\u0062":"\ud83d\ude00\n"})").values == "ab 0 \xF0\x9F\x98\x80\n\n");
  CHECK(tell(R"({"a":-0,"b":123456789012345678901})").values ==
        "a 1 0\nb 2 123456789012345678901\n");
  std::string members;
  std::size_t depth = 0;
  read_json_object(R"({"a":{"b":{"c":1}},"d":[]})",
                   [&](const JsonValue& value) { depth = value.depth; },
                   [&](std::string_view name) { members += name; });
  CHECK(members == "ad");
  CHECK(depth == 3);
}

TEST_CASE("what two readers could take differently, or that is too much, is refused") {
  CHECK(fault_of(R"({"a":1,"a":2})") == "an object has a member twice");
  CHECK(fault_of(R"({"a":1,"\u0061":2})") == "an object has a member twice");
  CHECK(fault_of(R"({"x":{"\n":1,"\u000a":2}})") == "an object has a member twice");
  CHECK(fault_of(R"({"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]})").empty());
  CHECK(fault_of(nested(kMaxJsonDepth)).empty());
  CHECK(fault_of(nested(kMaxJsonDepth + 1)) == "objects and lists are nested too deeply");
  CHECK(fault_of(with_members(kMaxJsonMembers)).empty());
  CHECK(fault_of(with_members(kMaxJsonMembers + 1)) == "an object has too many members");
  for (const char* text : {"[]", "[{}]", "\"a\"", "1", "null"}) {
    CHECK(fault_of(text) == "it is not a JSON object");
  }
}

TEST_CASE("what is no JSON is refused") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "{}{}",
                           "{} x",
                           "{,}",
                           R"({"a"})",
                           R"({"a":})",
                           R"({"a":1,})",
                           R"({a:1})",
                           R"({"a":1 "b":2})",
                           R"({"a":[1,]})",
                           R"({"a":[1 2]})",
                           R"({"a":[1})",
                           R"({"a":tru})",
                           R"({"a":True})",
                           R"({"a":01})",
                           R"({"a":-})",
                           R"({"a":+1})",
                           R"({"a":.5})",
                           R"({"a":1.})",
                           R"({"a":1e})",
                           R"({"a":1e+})",
                           R"({"a":0x1})",
                           R"({"a":1e999})",
                           R"({"a":-1e999})",
                           R"({"a":NaN})",
                           R"({"a":"b)",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"\x1f\"}",
                           R"({"a":"\x"})",
                           R"({"a":"\u12"})",
                           R"({"a":"\u12g4"})",
                           R"({"a":"\ud83d"})",
                           R"({"a":"\ud83d\u0061"})",
                           R"({"a":"\ude00"})",
                           R"({"a":"\)",
                           "{\"a\":\"\xC0\x80\"}",
                           "{\"a\":\"\xED\xA0\x80\"}",
                           "{\"a\":\"\xF4\x90\x80\x80\"}",
                           "{\"a\":\"\xE2\x82",
                           "{\"a\":1}\xC3",
                           "{'a':1}",
                           "{\"a\":1/**/}"}) {
    CAPTURE(text);
    CHECK(fault_of(text) == "it is not valid JSON");
    CHECK(disagreement(text).empty());
  }
  CHECK(fault_of(R"({"a":1e-400})") == "it is not valid JSON");
  CHECK(fault_of(R"({"a":1e-310})").empty());
  CHECK(fault_of(std::string_view("{\"a\":1}\0", 8)) == "it is not valid JSON");
}

TEST_CASE("nlohmann/json agrees, also on texts with an octet changed, lost or more") {
  std::mt19937 random(7);
  const std::string octets = "{}[]\":,\\u0123456789abcdefEe+-. \t\ntrflsn\xC3\xA4\x7f\x01";
  for (const std::string& good : kGood) {
    CAPTURE(good);
    CHECK(fault_of(good).empty());
    CHECK(disagreement(good).empty());
    for (int i = 0; i < 3000; ++i) {
      std::string text = good;
      for (auto changes = 1 + random() % 2; changes > 0; --changes) {
        const std::size_t at = random() % (text.size() + 1);
        const char octet = octets[random() % octets.size()];
        const auto how = random() % 3;
        if (how == 0) text.insert(at, 1, octet);
        if (how == 1 && at < text.size()) text[at] = octet;
        if (how == 2 && at < text.size()) text.erase(at, 1);
      }
      CAPTURE(text);
      REQUIRE(disagreement(text) == "");
    }
  }
}
