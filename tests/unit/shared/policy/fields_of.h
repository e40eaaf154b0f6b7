#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "shared/base/fields.h"

namespace gateway::policy {

// Fields as a reader would give them.
inline Fields fields_of(
    std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  Fields fields;
  for (const auto& [name, value] : pairs) fields.push_back({name, value, "", identify_field(name)});
  return fields;
}

}  // namespace gateway::policy
