#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gateway::config {

// Where a document nests deeper than a configuration ever does.
struct TooDeep {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool key = false;  // true: too many parts of a dotted key; false: arrays and inline tables
};

// Looks for keys of more than kMaxKeyParts parts and brackets deeper than kMaxNesting, in one pass
// and without recursion. It runs before the TOML parser, which recurses for each level of a value
// and, when it frees a document, for each part of a key.
std::optional<TooDeep> find_too_deep(std::string_view text);

}  // namespace gateway::config
