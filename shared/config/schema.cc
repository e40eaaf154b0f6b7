#include "shared/config/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <nlohmann/json.hpp>

#include "shared/config/checked.h"
#include "shared/config/key_text.h"
#include "shared/config/key_tree.h"
#include "shared/config/limits.h"

namespace gateway::config {
namespace {

using Json = nlohmann::ordered_json;

// A string with ${…} stands for any text, so what constrains strings must let it pass.
constexpr const char* kVariable = R"(|.*\$\{.*)";

Json pattern(std::string_view form) {
  return {{"type", "string"}, {"pattern", fmt::format("^({}{})$", form, kVariable)}};
}

Json choice_schema(const Key& key) {
  const bool open = std::any_of(key.choices.begin(), key.choices.end(),
                                [](const Choice& choice) { return choice.name.back() == '*'; });
  Json schema = {{"type", "string"}};
  if (open) return schema;  // the help line names the forms
  for (const Choice& choice : key.choices) schema["enum"].push_back(choice.name);
  return schema;
}

Json list_of(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}, {"maxItems", kMaxListItems}};
}

Json integer_schema(const Key& key) {
  Json schema = {{"type", "integer"}};
  if (has_bounds(key)) {
    schema["minimum"] = key.min;
    schema["maximum"] = key.max;
  }
  return schema;
}

Json text_map() {
  return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
}

Json text_schema(const Key& key) {
  Json schema = {{"type", "string"}};
  if (key.min > 0) schema["minLength"] = key.min;
  return schema;
}

Json table_schema(const KeyNode& node);

Json type_schema(const KeyNode& node) {
  const Key& key = *node.key;
  switch (key.type) {
    case KeyType::boolean:
      return {{"type", "boolean"}};
    case KeyType::integer:
      return integer_schema(key);
    case KeyType::integer_or_choice:
      return {{"anyOf", Json::array({integer_schema(key), choice_schema(key)})}};
    case KeyType::duration:
      return pattern("[0-9]+(ms|s|m|h|d)");
    case KeyType::size:
      return pattern("[0-9]+(B|KiB|MiB|GiB|TiB)");
    case KeyType::choice:
      return choice_schema(key);
    case KeyType::address:
      return pattern("[0-9.]+:[0-9]+|\\[[0-9a-fA-F:.]+\\]:[0-9]+");
    case KeyType::url:
    case KeyType::origin:
      return pattern("[hH][tT][tT][pP][sS]?://.+");
    case KeyType::sha256:
      return pattern("[0-9a-fA-F]{64}");
    case KeyType::text:
    case KeyType::lines:
    case KeyType::secret:
      return text_schema(key);
    case KeyType::texts:
      return list_of(text_schema(key));
    case KeyType::networks:
      return list_of({{"type", "string"}});
    case KeyType::methods:
      return list_of(pattern("[A-Z0-9!#$%&'*+.^_`|~-]+"));
    case KeyType::choices:
      return list_of(choice_schema(key));
    case KeyType::choices_or_one:
      return {{"anyOf", Json::array({choice_schema(key), list_of(choice_schema(key))})}};
    case KeyType::instances: {
      const Json url = type_schema(*node.item->child("url"));
      return {{"type", "array"},
              {"items", {{"anyOf", Json::array({url, table_schema(*node.item)})}}},
              {"minItems", 1},
              {"maxItems", kMaxInstances}};
    }
    case KeyType::integer_map:
      return {{"type", "object"}, {"additionalProperties", integer_schema(key)}};
    case KeyType::text_map:
      return text_map();
    case KeyType::choice_or_map:
      return {{"anyOf", Json::array({choice_schema(key), text_map()})}};
    case KeyType::table:
      return table_schema(node);
    case KeyType::tables:
      return list_of(table_schema(*node.item));
  }
  return Json::object();
}

Json default_value(const Key& key) {
  switch (key.type) {
    case KeyType::boolean:
      return key.fallback == "true";
    case KeyType::integer: {
      std::int64_t number = 0;
      std::from_chars(key.fallback.data(), key.fallback.data() + key.fallback.size(), number);
      return number;
    }
    case KeyType::texts:
    case KeyType::choices:
    case KeyType::networks:
    case KeyType::methods:
      return Json(parse_default_list(key.fallback));
    default:
      return std::string(key.fallback);
  }
}

Json key_schema(const KeyNode& node) {
  Json schema = type_schema(node);
  schema["description"] = node.key->help;
  if (!toml_default(*node.key).empty()) schema["default"] = default_value(*node.key);
  return schema;
}

Json table_schema(const KeyNode& node) {
  Json schema = {{"type", "object"}};
  Json required = Json::array();
  for (const auto& child : node.children) {
    schema["properties"][std::string(child->name)] = key_schema(*child);
    if (child->key->required) required.push_back(child->name);
  }
  if (node.any) {
    schema["patternProperties"][fmt::format("^[A-Za-z0-9_-]{{1,{}}}$", kMaxNameLength)] =
        key_schema(*node.any);
  }
  schema["additionalProperties"] = false;
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

}  // namespace

std::string json_schema() {
  Json schema = {{"$schema", "http://json-schema.org/draft-04/schema#"},
                 {"title", "gatewayd.toml"},
                 {"description", "Configuration of gatewayd, an API gateway."}};
  schema.update(table_schema(key_tree()));
  return schema.dump(2) + "\n";
}

std::string json_schema_of(std::string_view key) {
  const KeyNode* node = &key_tree();
  while (!key.empty()) {
    const std::string_view part = key.substr(0, key.find('.'));
    key.remove_prefix(std::min(key.size(), part.size() + 1));
    node = part == "*" ? node->any.get() : node->child(part);
    assert(node != nullptr);
  }
  return table_schema(*node).dump();
}

}  // namespace gateway::config
