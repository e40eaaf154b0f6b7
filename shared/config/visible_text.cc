#include "shared/config/visible_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gateway::config {
namespace {

constexpr std::uint32_t kTabWidth = 4;

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15 East Asian Width W and F, in the blocks that occur in practice, and emoji.
constexpr std::array kWide = {
    Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},   Range{0x3041, 0xa4cf},  Range{0xac00, 0xd7a3},
    Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},  Range{0xffe0, 0xffe6},
    Range{0x1f300, 0x1f64f}, Range{0x1f900, 0x1f9ff}, Range{0x20000, 0x3fffd}};
constexpr std::array kWithoutWidth = {Range{0x0300, 0x036f}, Range{0x200b, 0x200d},
                                      Range{0x20d0, 0x20ff}, Range{0xfe00, 0xfe0f},
                                      Range{0xfeff, 0xfeff}};
// Controls, and marks that would reorder what stands around them.
constexpr std::array kHidden = {Range{0x00, 0x1f}, Range{0x7f, 0x9f}, Range{0x200e, 0x200f},
                                Range{0x2028, 0x202e}, Range{0x2066, 0x2069}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range range) { return c >= range.first && c <= range.last; });
}

struct Decoded {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// RFC 3629 §4: no overlong forms, no surrogates, nothing past U+10FFFF.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t code = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, length};
}

}  // namespace

VisibleCharacter next_visible(std::string_view text) {
  const Decoded decoded = decode(text);
  VisibleCharacter shown;
  if (decoded.bytes == 0) {
    shown.text = fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
  } else if (decoded.code == '\t') {
    shown.text = std::string(kTabWidth, ' ');
  } else if (within(kHidden, decoded.code)) {
    const auto code = static_cast<std::uint32_t>(decoded.code);
    shown.text = code < 0x80 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{{{:x}}}", code);
    shown.bytes = decoded.bytes;
  } else {
    shown.text = text.substr(0, decoded.bytes);
    shown.bytes = decoded.bytes;
    shown.width = within(kWide, decoded.code) ? 2 : within(kWithoutWidth, decoded.code) ? 0 : 1;
    return shown;
  }
  shown.width = static_cast<std::uint32_t>(shown.text.size());
  return shown;
}

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const VisibleCharacter shown = next_visible(text);
    out += shown.text;
    text.remove_prefix(shown.bytes);
  }
  return out;
}

}  // namespace gateway::config
