#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "shared/base/fields.h"

namespace gateway::policy {

constexpr bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_ascii_alnum(char c) {
  return is_ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

// A field name, method or the like (RFC 9110 §5.6.2); not empty.
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_ascii_alnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// What may stand in a field's value (RFC 9110 §5.5): no control characters but the tab.
constexpr bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet < 0x20 && c != '\t') || octet == 0x7f;
  });
}

// A field that may stand once: its first value, and how often it stands.
struct LoneField {
  std::string_view value;
  std::uint32_t count = 0;

  explicit operator bool() const { return count != 0; }
  bool repeated() const { return count > 1; }
};

inline LoneField lone_field(const Fields& fields, FieldId id) {
  LoneField found;
  for (const Field& field : fields) {
    if (field.id == id && found.count++ == 0) found.value = field.value;
  }
  return found;
}

// By name, compared without case.
inline LoneField lone_field(const Fields& fields, std::string_view name) {
  LoneField found;
  for (const Field& field : fields) {
    if (ascii_iequals(field.name, name) && found.count++ == 0) found.value = field.value;
  }
  return found;
}

}  // namespace gateway::policy
