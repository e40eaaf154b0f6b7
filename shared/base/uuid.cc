#include "shared/base/uuid.h"

#include <sys/random.h>

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace gateway {
namespace {

// Both digits of every byte, side by side: an id is written for each request.
constexpr std::array<std::array<char, 2>, 256> hex_pairs() {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t i = 0; i < 256; ++i) pairs[i] = {kHex[i >> 4], kHex[i & 15]};
  return pairs;
}
constexpr auto kHexPairs = hex_pairs();

// Where byte `i` stands in 8-4-4-4-12: a dash goes before the fourth, sixth, eighth and tenth.
constexpr std::size_t text_offset(std::size_t i) {
  return 2 * i + (i >= 4) + (i >= 6) + (i >= 8) + (i >= 10);
}

template <std::size_t... kIndex>
void write_pairs(const Uuid& uuid, char* out, std::index_sequence<kIndex...>) {
  (std::memcpy(out + text_offset(kIndex), kHexPairs[uuid.bytes[kIndex]].data(), 2), ...);
}

// `number` as it lies in memory with its highest byte first.
std::uint64_t network_order(std::uint64_t number) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(number) : number;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void format_uuid(const Uuid& uuid, char* out) {
  write_pairs(uuid, out, std::make_index_sequence<16>());
  out[8] = out[13] = out[18] = out[23] = '-';
}

std::string to_string(const Uuid& uuid) {
  std::string text(kUuidTextSize, '\0');
  format_uuid(uuid, text.data());
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != kUuidTextSize) return std::nullopt;
  Uuid uuid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      if (text[at++] != '-') return std::nullopt;
    }
    const int high = hex_value(text[at]);
    const int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return uuid;
}

UuidSource::UuidSource() {
  char* out = reinterpret_cast<char*>(state_.data());
  std::size_t left = sizeof(state_);
  while (left > 0) {
    const ssize_t got = ::getrandom(out, left, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();  // no kernel randomness: nothing sensible can follow
    out += got;
    left -= static_cast<std::size_t>(got);
  }
}

// xoshiro256** (Blackman and Vigna, 2018).
std::uint64_t UuidSource::random() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

Uuid UuidSource::next(UnixMicros now) {
  const std::uint64_t millis = static_cast<std::uint64_t>(now) / 1000;
  const std::uint64_t high = network_order(millis << 16 | 0x7000 | (random() & 0x0fff));
  const std::uint64_t low = network_order(0x8000000000000000u | (random() >> 2));
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), &high, 8);
  std::memcpy(uuid.bytes.data() + 8, &low, 8);
  return uuid;
}

}  // namespace gateway
