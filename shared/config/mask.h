#pragma once

#include <string>

namespace gateway::config {

// Puts asterisks over the values of secret keys in a file's text, letter for letter, so that
// columns stay and a source line can be shown to anyone. Values that only name a variable (${…})
// stay. Works on text that is not valid TOML as well.
void mask_secrets(std::string& text);

}  // namespace gateway::config
