#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "shared/base/ascii.h"

namespace gateway::policy {

// Whether `text` may be a field's name: a token (RFC 9110 §5.6.2).
constexpr bool is_field_name(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [=](char c) {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// CR, LF, NUL and every other octet below 0x20, the tab too, and DEL.
constexpr bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<std::uint8_t>(c);
    return octet < 0x20 || octet == 0x7f;
  });
}

// Whether what stands in `text` arrives as it is when it is sent as a field's value: no control
// octet, and no blank at either end, which the receiver would trim, so that " admin" and "admin"
// would be one user there and two here.
constexpr bool is_field_value(std::string_view text) {
  return !has_control(text) && trim_ows(text).size() == text.size();
}

}  // namespace gateway::policy
