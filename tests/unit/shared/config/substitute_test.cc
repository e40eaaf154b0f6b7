#include "shared/config/substitute.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "shared/config/limits.h"

namespace gateway::config {
namespace {

const Environment kEnvironment = {[](std::string_view name) -> std::optional<std::string> {
  if (name == "HOST") return "h.example";
  if (name == "request") return "never asked for";
  return std::nullopt;
}};

struct Outcome {
  std::string text;  // empty when it was refused
  std::vector<Diagnostic> found;
};

Outcome substituted(std::string text) {
  const std::vector<SourceFile> files(1);
  Report report(files);
  TomlNode node;
  node.kind = TomlNode::Kind::text;
  node.text = std::move(text);
  substitute(node, kEnvironment, report);
  if (node.kind != TomlNode::Kind::text) node.text.clear();
  return {node.text, report.take()};
}

TEST_CASE("values of a request stay as they are, beside variables that are filled in") {
  for (const char* text :
       {"${request.id}", "a${client.ip}b", "${user.sub}${route.name}", "${claim.tenant}",
        "${claim.https://example.com/roles}", "${request.no_such_thing}"}) {
    CAPTURE(text);
    const Outcome outcome = substituted(text);
    CHECK(outcome.text == text);
    CHECK(outcome.found.empty());
  }
  CHECK(substituted("${HOST}/${request.id}/${NONE:-d}").text == "h.example/${request.id}/d");
  CHECK(substituted("$${request.id}").text == "${request.id}");
  CHECK(substituted("$$${request.id}").text == "$${request.id}");
}

TEST_CASE("another name with a dot is refused, and says what was meant") {
  struct Case {
    const char* text;
    const char* hint;
  };
  for (const Case& given : {
           Case{"${reqest.id}", "did you mean \"request\"?"},
           Case{"${env.HOME}", "begins with request."},
           Case{"${.id}", "begins with request."},
           Case{"${REQUEST.id}", "begins with request."},
           Case{"${request.}", "a name is missing"},
           Case{"${user.sub:-nobody}", "neither a default"},
           Case{"${user.sub:?who}", "neither a default"},
           Case{"${1A}", "expected ${NAME}"},
       }) {
    CAPTURE(given.text);
    const Outcome outcome = substituted(given.text);
    CHECK(outcome.text.empty());
    REQUIRE(outcome.found.size() == 1);
    CHECK(outcome.found.front().id == "bad-variable");
    CAPTURE(outcome.found.front().hint);
    CHECK(outcome.found.front().hint.find(given.hint) != std::string::npos);
  }
}

TEST_CASE("the longest text, and one byte more") {
  const std::string value = "${request.id}";
  const std::string filling(kMaxTextLength - value.size(), 'x');
  CHECK(substituted(filling + value).text.size() == kMaxTextLength);
  const Outcome longer = substituted(filling + "x" + value);
  REQUIRE(longer.found.size() == 1);
  CHECK(longer.found.front().id == "out-of-range");
}

}  // namespace
}  // namespace gateway::config
