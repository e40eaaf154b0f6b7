#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "shared/config/diagnostic.h"
#include "shared/config/model.h"

namespace gateway::config {

// What parsing may ask of the machine; a test gives its own.
struct Environment {
  // Value of ${NAME}; nothing when it is not set.
  std::function<std::optional<std::string>(std::string_view name)> variable;
};
Environment process_environment();

struct Loaded {
  std::optional<Config> config;  // present exactly when there is no error
  // Present when there are errors in files that could all be parsed: what is right in them, for
  // checks that find more in the same run. A value with an error is left at its default.
  std::optional<Config> draft;
  Diagnostics diagnostics;  // warnings may stand beside a config
};

// Reads `path` and what it includes, checks every key against the table in keys.h, then the whole
// (names, patterns, unreachable routes). Reports all findings of one run. Reads the files and
// nothing else: no DNS, no network, writes nothing.
Loaded load(const std::string& path, const Environment& environment);

// The same for a text in memory (tests, fuzzing); `include` is refused.
Loaded load_text(std::string path, std::string text, const Environment& environment);

}  // namespace gateway::config
