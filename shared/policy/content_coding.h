#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "shared/base/fields.h"

namespace gateway::policy {

// Content codings that the gateway can write (RFC 9110 §8.4.1, RFC 7932, RFC 8878).
enum class Coding : std::uint8_t { gzip, br, zstd };
inline constexpr std::size_t kCodings = 3;
inline constexpr std::array<std::string_view, kCodings> kCodingNames = {"gzip", "br", "zstd"};

inline std::string_view name_of(Coding coding) {
  return kCodingNames[static_cast<std::size_t>(coding)];
}

// What an Accept-Encoding (RFC 9110 §12.5.3) makes of `offered`, in the order that the gateway
// likes best: of those that the client takes the one it gives the highest weight, of equals the
// first. Nothing: the answer goes as it is, since the client asks for no coding, gives identity
// more weight, or refuses them all; also when it refuses identity as well.
std::optional<Coding> choose_coding(const Fields& request, std::span<const Coding> offered);

}  // namespace gateway::policy
