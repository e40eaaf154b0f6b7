#include "shared/base/base64.h"

#include <algorithm>
#include <array>

namespace gateway {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Values = std::array<std::uint8_t, 256>;
constexpr std::uint8_t kNone = 0x80;  // or-ed into a group, it shows that a character was wrong

constexpr Values values_of(std::string_view alphabet) {
  Values values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
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
  const unsigned a = values[static_cast<unsigned char>(tail[0])];
  const unsigned b = values[static_cast<unsigned char>(tail[1])];
  const unsigned c = tail.size() == 3 ? values[static_cast<unsigned char>(tail[2])] : 0U;
  if (((a | b | c) & kNone) != 0) return false;
  out[0] = byte(a << 2 | b >> 4);
  if (tail.size() == 2) return (b & 0x0F) == 0;
  out[1] = byte(b << 4 | c >> 2);
  return (c & 0x03) == 0;
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
  unsigned seen = 0;
  for (std::size_t groups = text.size() / 4; groups > 0; --groups, in += 4, to += 3) {
    const unsigned a = values[in[0]];
    const unsigned b = values[in[1]];
    const unsigned c = values[in[2]];
    const unsigned d = values[in[3]];
    seen |= a | b | c | d;
    to[0] = byte(a << 2 | b >> 4);
    to[1] = byte(b << 4 | c >> 2);
    to[2] = byte(c << 6 | d);
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
