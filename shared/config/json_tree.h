#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shared/config/toml_tree.h"

namespace gateway::config {

// Stands in JSON for a text whose name sounds like a secret's.
inline constexpr char kHidden[] = "(hidden)";

enum class Secrets : std::uint8_t { shown, hidden };

// A value as JSON. What no key takes, a fraction or a date, becomes null. Hidden are texts below
// names such as Authorization, unless they only name a variable.
nlohmann::json to_json(const TomlNode& node, Secrets secrets);

// JSON as a value. Its places count the values: the line is an index, from 1, into `pointers`, the
// JSON pointers (RFC 6901) of all. What TOML has no value for becomes `real` (a fraction) or
// `refused` (null, or what nests deeper than kMaxNesting).
TomlNode from_json(const nlohmann::json& json, std::vector<std::string>& pointers);

// A name as a part of a JSON pointer.
std::string pointer_part(std::string_view name);

}  // namespace gateway::config
