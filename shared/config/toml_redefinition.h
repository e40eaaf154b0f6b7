#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/config/model.h"

namespace gateway::config {

// A table or key that a document declares twice.
struct Redefinition {
  std::string name;  // as the file spells it
  Place first;       // `file` is left to the caller
  Place second;
};

// TOML forbids declaring a name twice, and parsers tell the second place alone. Looks at the line
// where a parser gave up: when it is a table's header or a key that stands further up as well, that
// was the reason.
std::optional<Redefinition> find_redefinition(std::string_view text, std::uint32_t line);

}  // namespace gateway::config
