#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "shared/policy/strict_json.h"

namespace gateway::policy::testing {

// What read_json_object reports of a text, one value a line; or why it is refused.
struct Told {
  const char* fault = nullptr;
  std::string values;
};

inline Told tell(std::string_view text) {
  Told told;
  told.fault = read_json_object(text, [&](const JsonValue& value) {
    told.values.append(value.path).append(value.listed ? "[] " : " ");
    told.values.append(std::to_string(static_cast<int>(value.kind))).append(" ");
    told.values.append(value.text).append("\n");
  });
  return told;
}

// The same of a tree that nlohmann/json built; `path` is null at its top. Its objects are sorted,
// so it compares with what is read of a text that it wrote itself.
inline void tell(const nlohmann::json& value, const std::string* path, bool listed,
                 std::string& out) {
  using Kind = JsonValue::Kind;
  const auto line = [&](Kind kind, const std::string& text) {
    out +=
        *path + (listed ? "[] " : " ") + std::to_string(static_cast<int>(kind)) + " " + text + "\n";
  };
  if (value.is_object() && !listed) {
    for (const auto& [name, member] : value.items()) {
      const std::string inner = path == nullptr ? name : *path + "." + name;
      tell(member, &inner, false, out);
    }
  } else if (value.is_array() && !listed) {
    for (const auto& element : value) tell(element, path, true, out);
  } else if (value.is_string()) {
    line(Kind::string, value.get<std::string>());
  } else if (value.is_boolean()) {
    line(Kind::boolean, value.dump());
  } else if (value.is_number()) {
    line(value.is_number_float() ? Kind::real : Kind::integer, value.dump());
  }
}

// Whether nlohmann/json may take a text that is refused here: it takes an octet 0 for the end,
// whatever stands behind it, skips a byte order mark (neither is JSON, RFC 8259 §2, §8.1), and
// takes a number that is too small for a double for 0.
inline bool may_be_taken(std::string_view text) {
  for (const std::string& what :
       {std::string(1, '\0'), std::string("e-"), std::string("E-"), std::string(300, '0')}) {
    if (text.find(what) != std::string_view::npos) return true;
  }
  return text.starts_with("\xef\xbb\xbf");
}

// What two readers of one text must agree on; empty, or in what they do not.
inline std::string disagreement(std::string_view text) {
  using nlohmann::json;
  const Told told = tell(text);
  json tree = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool good = !tree.is_discarded() && tree.is_object();
  if (told.fault == nullptr && !good) return "it is taken, and is no JSON object";
  if (good && !may_be_taken(text) && told.fault != nullptr &&
      std::string_view(told.fault) == "it is not valid JSON") {
    return "it is refused, and is JSON";
  }
  if (!good || told.fault != nullptr) return {};
  const std::string again = tree.dump();
  std::string expected;
  tell(json::parse(again), nullptr, false, expected);
  const Told second = tell(again);
  if (second.fault != nullptr) return second.fault;
  return second.values == expected ? "" : "values differ: " + second.values + "\n" + expected;
}

}  // namespace gateway::policy::testing
