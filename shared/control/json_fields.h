#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "shared/base/clock.h"
#include "shared/base/timestamp.h"

namespace gateway::control {

// Reads a field that may be missing or null: `out` keeps its value then. Throws
// nlohmann::json::exception when the field has another type.
template <class T>
void read_field(const nlohmann::json& object, const char* key, T& out) {
  const auto found = object.find(key);
  if (found != object.end() && !found->is_null()) found->get_to(out);
}

template <class T>
void read_field(const nlohmann::json& object, const char* key, std::optional<T>& out) {
  const auto found = object.find(key);
  if (found != object.end() && !found->is_null()) out = found->get<T>();
}

// The same for an RFC 3339 time; 0 when it is missing or no time.
inline void read_time(const nlohmann::json& object, const char* key, UnixMicros& out) {
  std::string text;
  read_field(object, key, text);
  out = parse_rfc3339(text).value_or(0);
}

}  // namespace gateway::control
