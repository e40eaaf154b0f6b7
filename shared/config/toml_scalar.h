#pragma once

#include "shared/config/toml_cursor.h"
#include "shared/config/toml_tree.h"

namespace gateway::config {

// Reads the string that begins at the cursor with " or ', of one line or of several. Throws
// TomlError.
std::string read_toml_string(TomlCursor& cursor, bool may_span_lines);

// Reads a boolean, a number or a moment into `node`. Throws TomlError.
void read_toml_word(TomlCursor& cursor, TomlNode& node);

}  // namespace gateway::config
