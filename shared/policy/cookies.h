#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/fields.h"
#include "shared/policy/field_syntax.h"

namespace gateway::policy {

// Calls `pair(name, value)` for each pair of one Cookie field's value, as servers are to read what
// browsers send (RFC 6265 §4.2): pairs stand between ";", a name ends at the first "=", white space
// around either is left out. Lenient about the rest (a missing space, "=" or quotes in a value,
// which stay part of it), but a piece without "=" or with a name that is no token is passed over:
// nobody can tell what it was meant to be. One pass, no memory.
template <class Pair>
void for_each_cookie(std::string_view value, Pair pair) {
  while (!value.empty()) {
    const std::size_t end = value.find(';');
    const std::string_view piece = value.substr(0, end);
    value.remove_prefix(end == value.npos ? value.size() : end + 1);
    const std::size_t equals = piece.find('=');
    if (equals == piece.npos) continue;
    const std::string_view name = trim_ows(piece.substr(0, equals));
    if (is_token(name)) pair(name, trim_ows(piece.substr(equals + 1)));
  }
}

// A cookie in all Cookie fields of a request; its name is compared with case.
struct Cookie {
  std::string_view value;   // of the first one
  std::uint32_t count = 0;  // how often the name stands; 0: there is none

  explicit operator bool() const { return count != 0; }
  // Set for several paths or domains: which of them the application reads, nobody can tell.
  bool repeated() const { return count > 1; }
};

Cookie find_cookie(const Fields& fields, std::string_view name);

}  // namespace gateway::policy
