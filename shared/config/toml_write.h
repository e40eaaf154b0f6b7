#pragma once

#include <string>
#include <string_view>

#include "shared/config/toml_tree.h"

namespace gateway::config {

// A name as TOML spells it: bare where it may be, else in quotes.
std::string toml_key(std::string_view name);

// A text in quotes.
std::string toml_string(std::string_view text);

// A value on one line, tables inline. For strings, integers, booleans and what is made of them; the
// others, which no key takes, become "".
std::string toml_value(const TomlNode& node);

}  // namespace gateway::config
