#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gateway {

// Base64 (RFC 4648) read strictly, so that one sequence of bytes has exactly one spelling: a
// character outside of the alphabet, white space, padding that is missing or not asked for, a
// length that no encoder makes and bits that are set behind the last byte are all refused.
enum class Base64 : std::uint8_t {
  url,       // §5 without padding, as JWS has it (RFC 7515 §2)
  standard,  // §4 with padding, as Basic credentials have it (RFC 7617 §2)
  bare,      // §4 without padding, as password hashes have it
};

// The bytes that `size` characters make at most.
constexpr std::size_t base64_decoded_bound(std::size_t size) {
  return size / 4 * 3 + 2;
}

// Writes the bytes to the front of `out` and returns their number; nothing when the text is
// refused or `out` is too short. What `out` holds is then unspecified.
std::optional<std::size_t> decode_base64(Base64 form, std::string_view text,
                                         std::span<std::uint8_t> out);
// The same into a string, which is replaced; false when the text is refused.
bool decode_base64(Base64 form, std::string_view text, std::string& out);

std::string encode_base64(Base64 form, std::string_view bytes);

}  // namespace gateway
