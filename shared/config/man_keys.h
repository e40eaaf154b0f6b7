#pragma once

#include <string>

namespace gateway::config {

// The section KEYS of gatewayd.toml(5) in man(7) macros: every key with its type, bounds, default
// and meaning, in the order of the table of keys.
std::string render_man_keys();

}  // namespace gateway::config
