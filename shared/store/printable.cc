#include "shared/store/printable.h"

#include <algorithm>
#include <cstdint>

namespace gateway::store {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<std::uint8_t>(text[at]) : std::uint8_t{0};
}

bool continues(std::uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

// Bytes of the well-formed character that starts `text` (RFC 3629 §4), 0 when there is none. C1
// controls (U+0080 to U+009F) count as none.
std::size_t character_size(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  const std::uint8_t second = byte_at(text, 1);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
  if (lead < 0xc2 || lead > 0xf4 || !continues(second)) return 0;
  if (lead < 0xe0) return lead == 0xc2 && second < 0xa0 ? 0 : 2;
  if (!continues(byte_at(text, 2))) return 0;
  if (lead < 0xf0) {
    const bool overlong = lead == 0xe0 && second < 0xa0;
    const bool surrogate = lead == 0xed && second >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  const bool in_range = (lead > 0xf0 || second >= 0x90) && (lead < 0xf4 || second < 0x90);
  return in_range && continues(byte_at(text, 3)) ? 4 : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (plain) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size > 0) {
      out.append(text.substr(0, size));
    } else {
      const std::uint8_t byte = byte_at(text, 0);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

std::string cut(std::string_view text, std::size_t most) {
  std::size_t size = std::min(text.size(), most);
  while (size > 0 && continues(byte_at(text, size))) --size;
  return std::string(text.substr(0, size));
}

}  // namespace gateway::store
