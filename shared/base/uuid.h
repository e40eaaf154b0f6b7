#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.h"

namespace gateway {

// 128 bits in network order, as RFC 9562 lays them out.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const Uuid&) const = default;
};

inline constexpr std::size_t kUuidTextSize = 36;

// Writes the 36 characters 8-4-4-4-12 in lower case; no terminator.
void format_uuid(const Uuid& uuid, char* out);
std::string to_string(const Uuid& uuid);

// The text of Uuid{}.
constexpr std::array<char, kUuidTextSize> nil_uuid_text() {
  std::array<char, kUuidTextSize> text{};
  for (char& c : text) c = '0';
  text[8] = text[13] = text[18] = text[23] = '-';
  return text;
}

// Accepts exactly the 36-character form, hex digits of either case.
std::optional<Uuid> parse_uuid(std::string_view text);

// Makes UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then 74 random bits from a generator
// seeded by the kernel. Unique, ordered by time to the millisecond, not a secret.
// One object a thread.
class UuidSource {
 public:
  UuidSource();
  Uuid next(UnixMicros now);

 private:
  std::uint64_t random();
  std::array<std::uint64_t, 4> state_;
};

}  // namespace gateway
