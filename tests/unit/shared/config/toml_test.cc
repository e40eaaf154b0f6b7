// The parser is held against toml++ where that is installed: both accept the same documents and
// read the same values.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/config/limits.h"
#include "shared/config/toml_parse.h"

#if __has_include(<toml++/toml.h>)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 1
#undef TOML_SHARED_LIB
#include <toml++/toml.h>
#define HAS_REFERENCE 1
#endif

using namespace gateway::config;

namespace {

std::optional<TomlNode> parse(std::string_view text, std::vector<Diagnostic>* found = nullptr) {
  const std::vector<SourceFile> files = {{"test.toml", {}}};
  Report report(files);
  auto node = parse_toml(text, 0, report);
  const bool good = report.errors() == 0;
  if (found != nullptr) *found = report.take();
  if (!good) return std::nullopt;
  return node;
}

const std::vector<std::string> kDocuments = {"",
                                             "#",
                                             "# c\n\n",
                                             "a=1",
                                             "a = 1 # c",
                                             "a = +1_000",
                                             "a = -0",
                                             "a = 0xFf_0",
                                             "a = 0o17",
                                             "a = 0b101",
                                             "a = 01",
                                             "a = 1_",
                                             "a = _1",
                                             "a = 1__0",
                                             "a = 0x",
                                             "a = +0x1",
                                             "a = 0x-1",
                                             "a = 9223372036854775807",
                                             "a = 9223372036854775808",
                                             "a = -9223372036854775808",
                                             "a = -9223372036854775809",
                                             "a = 0xffffffffffffffff",
                                             "a = 1.5",
                                             "a = 1.",
                                             "a = .5",
                                             "a = 1e5",
                                             "a = 1e",
                                             "a = -1.5E-3",
                                             "a = inf",
                                             "a = -nan",
                                             "a = 03.1",
                                             "a = true",
                                             "a = True",
                                             "a = false1",
                                             "a = 1979-05-27",
                                             "a = 07:32:00",
                                             "a = 1979-05-27 07:32:00",
                                             "a = 1979-05-27T07:32:00Z",
                                             "a = \"x\"",
                                             "a = \"\\u00e9\\n\\\\\\\"\"",
                                             "a = \"\\U0001F600\"",
                                             "a = \"\\ud800\"",
                                             "a = \"\\x41\"",
                                             "a = \"\\q\"",
                                             "a = \"x",
                                             "a = 'x\\n'",
                                             "a = ''",
                                             "a = '",
                                             "a = \"\"\"\nx\ny\"\"\"",
                                             "a = \"\"\"x\\\n   y\"\"\"",
                                             "a = \"\"\"x\"\"\"\"\"",
                                             "a = \"\"\"x\"\"",
                                             "a = '''\nx'y''z'''",
                                             "a = '''x'''''",
                                             "a = \"\"\"\\ \n x\"\"\"",
                                             "a = []",
                                             "a = [1, 2,]",
                                             "a = [1,, 2]",
                                             "a = [,]",
                                             "a = [1 2]",
                                             "a = [\n 1, # c\n\n 2\n]",
                                             "a = [[1], ['x']]",
                                             "a = [",
                                             "a = {}",
                                             "a = {b = 1, c.d = 2}",
                                             "a = {b = 1,}",
                                             "a = {b = 1",
                                             "a = {b = 1, b = 2}",
                                             "a = {b.c = 1, b = 2}",
                                             "a = {b = {c = 1}, b.d = 2}",
                                             "a.b.c = 1",
                                             "a . b = 1",
                                             "\"a b\".'c' = 1",
                                             "\"\" = 1",
                                             "= 1",
                                             "a = ",
                                             "a",
                                             "a b = 1",
                                             "a = 1 b = 2",
                                             "a.b = 1\na.c = 2",
                                             "a.b = 1\na.b.c = 2",
                                             "a = 1\na = 2",
                                             "a = 1\na.b = 2",
                                             "[a]",
                                             "[a]b",
                                             "[ a . b ]\nc = 1",
                                             "[]",
                                             "[a",
                                             "[a.]",
                                             "[a]\n[a]",
                                             "[a.b]\n[a]\nc = 1",
                                             "[a]\n[a.b]",
                                             "[a.b]\n[a]\n[a]",
                                             "[a]\nb = 1\n[a.b]",
                                             "[a]\nb.c = 1\n[a.b]",
                                             "[a]\nb.c = 1\n[a.b.d]\ne = 1",
                                             "[a.b.c]\nz = 9\n[a]\nb.c.t = 1",
                                             "[a.b.c.d]\nz = 9\n[a]\nb.c.d.k.t = 8",
                                             "a = {}\n[a.b]",
                                             "a = {}\na.b = 1",
                                             "a = []\n[[a]]",
                                             "[[a]]\nb = 1\n[[a]]\nb = 2",
                                             "[[a]]\n[a]",
                                             "[a]\n[[a]]",
                                             "[[a]]\n[[a.b]]\n[[a.b]]\n[a.b.c]\nd = 1",
                                             "[[a]]\n[a.b]\n[a.b]",
                                             "[[a]]\n[a.b]\n[[a]]\n[a.b]",
                                             "[[a.b]]\n[a]\nc = 1",
                                             "[[a]",
                                             "[ [a]]",
                                             "[[a] ]",
                                             "a = 1\r\nb = 2\r\n",
                                             "a = 1\rb = 2",
                                             "a = \"\x01\"",
                                             "# \x01",
                                             "a = \"\x7f\"",
                                             "a = \"\xff\"",
                                             "a = '\xc3\xa9'",
                                             "a = 'x'y",
                                             "a = \"\t\"",
                                             "a\t=\t1",
                                             "a = 1 \t",
                                             "1 = 2",
                                             "1.2 = 3",
                                             "true = 1",
                                             "-_ = 1",
                                             "a = [{b = 1}, {b = 2}]",
                                             "a = 1\n\n\n[b]\n\n# c\nc = 2\n[d]"};

#ifdef HAS_REFERENCE

void compare(const toml::node& expected, const TomlNode& actual);

void compare_table(const toml::table& expected, const TomlNode& actual) {
  REQUIRE(actual.kind == TomlNode::Kind::table);
  REQUIRE(actual.entries.size() == expected.size());
  for (const TomlEntry& entry : actual.entries) {
    const toml::node* other = expected.get(entry.name);
    REQUIRE(other != nullptr);
    compare(*other, entry.node);
  }
}

void compare(const toml::node& expected, const TomlNode& actual) {
  if (const auto* table = expected.as_table()) {
    compare_table(*table, actual);
  } else if (const auto* array = expected.as_array()) {
    REQUIRE(actual.kind == TomlNode::Kind::array);
    REQUIRE(actual.items.size() == array->size());
    for (std::size_t i = 0; i < array->size(); ++i) compare(*array->get(i), actual.items[i]);
  } else if (const auto* text = expected.as_string()) {
    CHECK(actual.kind == TomlNode::Kind::text);
    CHECK(actual.text == text->get());
    CHECK(actual.place.line == expected.source().begin.line);
    CHECK(actual.place.column == expected.source().begin.column);
  } else if (const auto* integer = expected.as_integer()) {
    CHECK(actual.kind == TomlNode::Kind::integer);
    CHECK(actual.number == integer->get());
  } else if (const auto* boolean = expected.as_boolean()) {
    CHECK(actual.kind == TomlNode::Kind::boolean);
    CHECK((actual.number != 0) == boolean->get());
  } else if (expected.is_floating_point()) {
    CHECK(actual.kind == TomlNode::Kind::real);
  } else {
    CHECK(actual.kind == TomlNode::Kind::moment);
  }
}

#endif

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

#ifdef HAS_REFERENCE
TEST_CASE("documents are accepted, refused and read as toml++ does") {
  std::size_t accepted = 0;
  for (const std::string& text : kDocuments) {
    INFO(text);
    const auto actual = parse(text);
    try {
      const toml::table expected = toml::parse(text);
      CHECK(actual.has_value());
      if (actual) compare_table(expected, *actual);
      ++accepted;
    } catch (const toml::parse_error&) {
      CHECK_FALSE(actual.has_value());
    }
  }
  CHECK(accepted > 50);
  CHECK(accepted < kDocuments.size() - 40);
}
#endif

// toml++ 3.3 fails an assertion of its own on these.
TEST_CASE("keys that begin with a dot or a letter outside ASCII are refused") {
  CHECK_FALSE(parse("[.a]").has_value());
  CHECK_FALSE(parse("\xc3\xa9 = 1").has_value());
  CHECK(parse("\"\xc3\xa9\" = 1").has_value());
}

TEST_CASE("no cut and no changed byte of a document does harm") {
  for (const std::string& text : kDocuments) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      (void)parse(std::string_view(text).substr(0, i));
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ 0x04);
      std::vector<Diagnostic> found;
      const auto node = parse(changed, &found);
      CHECK(node.has_value() == found.empty());
    }
  }
}

TEST_CASE("keys: the most parts that may be, and one more; and very many") {
  std::vector<Diagnostic> found;
  CHECK(parse("a" + repeat(".a", kMaxKeyParts - 1) + " = 1").has_value());
  CHECK_FALSE(parse("a" + repeat(".a", kMaxKeyParts) + " = 1", &found).has_value());
  CHECK(found.front().id == "too-deep");
  CHECK_FALSE(parse("[a" + repeat(".a", 1'000'000) + "]").has_value());
}

TEST_CASE("nesting: the deepest that may be, and one deeper; and very deep") {
  std::vector<Diagnostic> found;
  CHECK(parse("a = " + repeat("[", kMaxNesting) + repeat("]", kMaxNesting)).has_value());
  CHECK_FALSE(parse("a = " + repeat("[", kMaxNesting + 1) + repeat("]", kMaxNesting + 1), &found)
                  .has_value());
  CHECK(found.front().id == "too-deep");
  CHECK_FALSE(parse("a = " + repeat("{a = ", 1'000'000)).has_value());
}

TEST_CASE("large tables find their names, and names declared twice") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "[t.n" + std::to_string(i) + "]\nx = 1\n";
  const auto node = parse(text);
  REQUIRE(node.has_value());
  CHECK(node->entries.front().node.entries.size() == 1000);
  std::vector<Diagnostic> found;
  CHECK_FALSE(parse(text + "[t.n17]\n[t.n999]\n[t.n1000]\n", &found).has_value());
  REQUIRE(found.size() == 2);
  CHECK(found[0].id == "duplicate-name");
  CHECK(found[0].message == "\"n17\" is declared twice; the first stands at test.toml:35");
}
