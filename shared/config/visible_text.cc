#include "shared/config/visible_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "shared/config/utf8.h"

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

}  // namespace

VisibleCharacter next_visible(std::string_view text) {
  const Utf8Character decoded = decode_utf8(text);
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
