#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gateway {

// Where a breaker stands. The numbers are stored: never reuse or renumber one.
enum class BreakerState : std::uint8_t {
  closed = 0,     // requests pass
  open = 1,       // none passes
  half_open = 2,  // a few pass, as probes
};

inline constexpr std::array<std::string_view, 3> kBreakerStateNames = {"closed", "open",
                                                                       "half-open"};

constexpr std::string_view name_of(BreakerState state) {
  return kBreakerStateNames[static_cast<std::size_t>(state)];
}

}  // namespace gateway
