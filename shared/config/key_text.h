#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/config/keys.h"

namespace gateway::config {

// What a key wants, for messages and the man page: "a duration", "a list of strings".
std::string_view type_phrase(KeyType type);

// The default as TOML spells it: `"30s"`, `20000`, `["health"]`; empty when there is none.
std::string toml_default(const Key& key);

// A value that the key would accept, as TOML spells it, for hints; empty when none is at hand.
std::string example(const Key& key);

// A number of the key's unit, as the file would spell it: "1KiB", "10ms", "64".
std::string bound_text(const Key& key, std::int64_t bound);

// Whether the table bounds the key, below or above.
bool has_bounds(const Key& key);

// The choice as a person reads it: "header:…" for "header:*".
std::string choice_form(const Choice& choice);

// Whether `word` is what the choice stands for; "header:*" takes "header:X-Key".
bool matches(const Choice& choice, std::string_view word);

}  // namespace gateway::config
