#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/report.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Where one declaration of a document stands: a header, or a key with its value.
struct TomlStatement {
  std::vector<std::string> path;  // of what it declares, from the root
  std::size_t open = 0;           // parts of `path` that the header before it opened
  bool is_header = false;
  // Offsets into the text. Of a header `value` is where it ends, too.
  std::size_t begin = 0;
  std::size_t value = 0;
  std::size_t value_end = 0;
  std::size_t end = 0;     // past the end of its last line, with the comment there
  std::uint32_t line = 0;  // of its beginning, from 1
};

// Reads a TOML 1.0 document; its places carry `file`. Nothing when it is not valid TOML or nests
// deeper than kMaxKeyParts and kMaxNesting allow: `report` then says where and why.
// `statements`: gets all that stands in it, in its order.
std::optional<TomlNode> parse_toml(std::string_view text, std::uint32_t file, Report& report,
                                   std::vector<TomlStatement>* statements = nullptr);

}  // namespace gateway::config
