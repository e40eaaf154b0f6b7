#include "shared/base/base64.h"

#include <algorithm>
#include <array>

namespace gateway {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// For each of the four places in a group, what a character stands for, shifted to where its bits go
// in the three octets; the first octet is the lowest byte.
using Values = std::array<std::array<std::uint32_t, 256>, 4>;
constexpr std::uint32_t kNone = 0x80000000;  // or-ed into a group, it shows that one was wrong

constexpr std::uint32_t placed(std::size_t place, std::uint32_t value) {
  switch (place) {
    case 0:
      return value << 2;
    case 1:
      return value >> 4 | (value & 0x0F) << 12;
    case 2:
      return (value >> 2) << 8 | (value & 0x03) << 22;
    default:
      return value << 16;
  }
}

constexpr Values values_of(std::string_view alphabet) {
  Values values{};
  for (std::size_t place = 0; place < 4; ++place) {
    values[place].fill(kNone);
    for (std::uint32_t i = 0; i < alphabet.size(); ++i) {
      values[place][static_cast<unsigned char>(alphabet[i])] = placed(place, i);
    }
  }
  return values;
}

constexpr Values kStandardValues = values_of(kStandard);
constexpr Values kUrlValues = values_of(kUrl);

constexpr std::uint8_t byte(unsigned value) {
  return static_cast<std::uint8_t>(value & 0xFF);
}

// Takes the padding off, which must fill the last group exactly.
bool strip_padding(std::string_view& text) {
  if (text.size() % 4 != 0) return false;
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return true;
}

// The two or three characters behind the last whole group; their spare bits must be zero.
bool decode_tail(const Values& values, std::string_view tail, std::uint8_t* out) {
  if (tail.empty()) return true;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < tail.size(); ++i) {
    bits |= values[i][static_cast<unsigned char>(tail[i])];
  }
  const std::size_t whole = tail.size() - 1;
  if (bits >> (8 * whole) != 0) return false;  // spare bits, or kNone
  for (std::size_t i = 0; i < whole; ++i) out[i] = byte(bits >> (8 * i));
  return true;
}

}  // namespace

std::optional<std::size_t> decode_base64(Base64 form, std::string_view text,
                                         std::span<std::uint8_t> out) {
  if (form == Base64::standard && !strip_padding(text)) return std::nullopt;
  const std::size_t left = text.size() % 4;
  const std::size_t size = text.size() / 4 * 3 + (left == 0 ? 0 : left - 1);
  if (left == 1 || size > out.size()) return std::nullopt;
  const Values& values = form == Base64::url ? kUrlValues : kStandardValues;
  const auto* in = reinterpret_cast<const unsigned char*>(text.data());
  std::uint8_t* to = out.data();
  std::uint32_t seen = 0;
  for (std::size_t groups = text.size() / 4; groups > 0; --groups, in += 4, to += 3) {
    const std::uint32_t bits =
        values[0][in[0]] | values[1][in[1]] | values[2][in[2]] | values[3][in[3]];
    seen |= bits;
    to[0] = byte(bits);
    to[1] = byte(bits >> 8);
    to[2] = byte(bits >> 16);
  }
  if ((seen & kNone) != 0) return std::nullopt;
  if (!decode_tail(values, text.substr(text.size() - left), to)) return std::nullopt;
  return size;
}

bool decode_base64(Base64 form, std::string_view text, std::string& out) {
  out.resize(base64_decoded_bound(text.size()));
  const auto size =
      decode_base64(form, text, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  out.resize(size.value_or(0));
  return size.has_value();
}

std::string encode_base64(Base64 form, std::string_view bytes) {
  const std::string_view alphabet = form == Base64::url ? kUrl : kStandard;
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i <= count; ++i) text += alphabet[group >> (18 - 6 * i) & 0x3F];
  }
  if (form == Base64::standard) text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

}  // namespace gateway
