#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "shared/config/check_value.h"
#include "shared/config/key_text.h"
#include "shared/config/key_tree.h"
#include "shared/config/man_keys.h"
#include "shared/config/schema.h"
#include "shared/config/toml_parse.h"

using namespace gateway::config;
using nlohmann::json;

namespace {

// The schema of a key, found by walking its path as a file would be walked.
const json* schema_of(const json& root, std::string_view path) {
  const json* at = &root;
  std::stringstream parts{std::string(path)};
  std::string part;
  while (std::getline(parts, part, '.')) {
    const bool item = part.size() > 2 && part.substr(part.size() - 2) == "[]";
    if (item) part.resize(part.size() - 2);
    if (part == "*") {
      if (!at->contains("patternProperties")) return nullptr;
      at = &at->at("patternProperties").begin().value();
      continue;
    }
    if (!at->contains("properties") || !at->at("properties").contains(part)) return nullptr;
    at = &at->at("properties").at(part);
    if (!item) continue;
    at = &at->at("items");
    if (at->contains("anyOf")) at = &at->at("anyOf").at(1);
  }
  return at;
}

const KeyNode* node_of(std::string_view path) {
  const KeyNode* at = &key_tree();
  std::stringstream parts{std::string(path)};
  std::string part;
  while (std::getline(parts, part, '.')) {
    const bool item = part.size() > 2 && part.substr(part.size() - 2) == "[]";
    if (item) part.resize(part.size() - 2);
    at = part == "*" ? at->any.get() : at->child(part);
    if (at != nullptr && item) at = at->item.get();
    if (at == nullptr) return nullptr;
  }
  return at;
}

// `n` as a file spells it for a key: a number, a duration, a size, or a text of so many letters.
// Empty for keys without a bound in the table.
std::string spelled(const Key& key, std::int64_t n) {
  switch (key.type) {
    case KeyType::integer:
    case KeyType::integer_or_choice:
      return std::to_string(n);
    case KeyType::duration:
      return '"' + std::to_string(n) + "ms\"";
    case KeyType::size:
      return '"' + std::to_string(n) + "B\"";
    case KeyType::text:
    case KeyType::lines:
      return '"' + std::string(static_cast<std::size_t>(n), 'a') + '"';
    case KeyType::texts:
      return "[\"" + std::string(static_cast<std::size_t>(n), 'a') + "\"]";
    default:
      return {};
  }
}

// What `text` as the value of a key is refused for; empty: it is taken.
std::string refusal(const Key& key, const std::string& text) {
  const std::vector<SourceFile> files = {{"bounds", {}}};
  Report report(files);
  auto document = parse_toml("key = " + text + "\n", 0, report);
  REQUIRE(document.has_value());
  check_value(document->entries.front().node, *node_of(key.path), KeyPath{nullptr, key.path, {}},
              report);
  const auto found = report.take();
  return found.empty() ? "" : found.front().id;
}

}  // namespace

TEST_CASE("each key is described once, in full, below its table") {
  std::set<std::string_view> seen;
  for (const Key& key : keys()) {
    INFO(key.path);
    CHECK(seen.insert(key.path).second);
    CHECK(key.help.size() > 5);
    CHECK(key.help.back() == '.');
    CHECK(key.min <= key.max);
    const KeyNode* node = node_of(key.path);
    REQUIRE(node != nullptr);
    CHECK(node->key == &key);
    CHECK_FALSE((key.required && !key.fallback.empty()));
  }
  CHECK(seen.size() > 100);
}

TEST_CASE("each default passes the checks of its own key") {
  for (const Key& key : keys()) {
    const std::string text = toml_default(key);
    if (text.empty()) continue;
    INFO(key.path, " = ", text);
    const std::vector<SourceFile> files = {{"default", {}}};
    Report report(files);
    auto document = parse_toml("key = " + text + "\n", 0, report);
    REQUIRE(document.has_value());
    const KeyNode* node = node_of(key.path);
    CHECK(check_value(document->entries.front().node, *node, KeyPath{nullptr, key.path, {}}, report)
              .has_value());
    CHECK(report.errors() == 0);
  }
}

TEST_CASE("each key takes its least and its most, and nothing one past them") {
  int bounded = 0;
  for (const Key& key : keys()) {
    if ((key.min == 0 && key.max == 0) || spelled(key, 0).empty()) continue;
    const bool may_be_negative =
        key.type == KeyType::integer || key.type == KeyType::integer_or_choice;
    INFO(key.path);
    ++bounded;
    CHECK(refusal(key, spelled(key, key.min)) == "");
    CHECK(refusal(key, spelled(key, key.max)) == "");
    CHECK(refusal(key, spelled(key, key.max + 1)) == "out-of-range");
    if (key.min == 0 && !may_be_negative) continue;
    CHECK(refusal(key, spelled(key, key.min - 1)) == "out-of-range");
  }
  CHECK(bounded > 100);
}

TEST_CASE("the schema describes every key, and nothing else is allowed") {
  const json schema = json::parse(json_schema());
  CHECK(schema.at("$schema") == "http://json-schema.org/draft-04/schema#");
  CHECK(schema.at("additionalProperties") == false);
  for (const Key& key : keys()) {
    INFO(key.path);
    const json* found = schema_of(schema, key.path);
    REQUIRE(found != nullptr);
    const std::string description = found->at("description");
    CHECK(description == key.help);
    if (key.type == KeyType::table) CHECK(found->at("additionalProperties") == false);
  }
}

TEST_CASE("the schema carries types, bounds, choices, defaults and what is required") {
  const json schema = json::parse(json_schema());
  const json& connections = *schema_of(schema, "gateway.max_connections");
  CHECK(connections.at("type") == "integer");
  CHECK(connections.at("minimum") == 1);
  CHECK(connections.at("maximum") == 1'000'000);
  CHECK(connections.at("default") == 20000);
  CHECK(schema_of(schema, "log.level")->at("enum") ==
        json::array({"debug", "info", "warning", "error"}));
  CHECK(schema_of(schema, "routes.*")->at("required") == json::array({"path"}));
  CHECK(schema_of(schema, "gateway.forwarded_headers")->at("default") ==
        json::array({"x-forwarded", "forwarded"}));
  CHECK(schema_of(schema, "control.socket")->at("default") == "/run/gatewayd/control.sock");
  const json& jwt = schema_of(schema, "auth.jwt")->at("properties");
  for (const char* form : {"secret", "secret_file", "secret_credential"}) CHECK(jwt.contains(form));
}

TEST_CASE("the manual page has an entry for every key") {
  const std::string page = render_man_keys();
  for (const Key& key : keys()) {
    std::string path(key.path);
    for (std::size_t at = path.find('-'); at != std::string::npos; at = path.find('-', at + 2)) {
      path.replace(at, 1, "\\-");
    }
    const bool section = key.type == KeyType::table && path.find('.') == std::string::npos;
    const std::string heading = section                       ? ".SS [" + path + "]\n"
                                : key.type == KeyType::secret ? ".B " + path + ", "
                                                              : ".B " + path + "\n";
    CHECK_MESSAGE(page.find(heading) != std::string::npos, key.path);
  }
  CHECK(page.find("a duration from 10ms to 1h; default \\(dq10s\\(dq.") != std::string::npos);
  CHECK(page.find('"') == std::string::npos);
}
