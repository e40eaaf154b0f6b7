#pragma once

#include <string_view>

#include "shared/config/check_value.h"

namespace gateway::config {

// One string of the file, alone or as the item of a list, and the key that it belongs to.
struct TextInput {
  std::string_view text;
  Place place;
  const KeyNode& schema;
  const KeyPath& path;
};

// Checks length, characters and the form that the key's type asks for. False when `report` was told
// of an error.
bool check_text(const TextInput& input, Report& report);

// Length and characters alone.
bool check_plain_text(const TextInput& input, Report& report);

}  // namespace gateway::config
