#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway {
namespace detail {

constexpr std::string_view piece(std::string_view text) {
  return text;
}
// The length of a literal is known when the program is built, if it is asked for like this.
template <std::size_t Size>
constexpr std::string_view piece(const char (&literal)[Size]) {
  return {literal, Size - 1};
}

}  // namespace detail

// Appends all pieces, in order, and lets `out` grow once for them: with more than a few of them the
// growing costs more than the copying. No piece may lie in `out`.
template <class... Pieces>
inline void append_all(std::string& out, const Pieces&... pieces) {
  const std::size_t before = out.size();
  out.resize(before + (detail::piece(pieces).size() + ...));
  char* at = out.data() + before;
  const auto put = [&at](std::string_view piece) { at += piece.copy(at, piece.size()); };
  (put(detail::piece(pieces)), ...);
}

}  // namespace gateway
