#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gateway {

// How an instance or a service does. The numbers are stored: never reuse or renumber one.
//   unknown    nothing speaks for or against it; it is used
//   healthy    its checks pass
//   degraded   it is used, but not all is well: an instance that failed its last checks, though
//              fewer in a row than make it unhealthy, or has not passed enough of them since; a
//              service of which some instances are degraded or unhealthy, but not all unhealthy
//   unhealthy  it is left out
enum class HealthState : std::uint8_t { unknown = 0, healthy = 1, degraded = 2, unhealthy = 3 };

inline constexpr std::array<std::string_view, 4> kHealthStateNames = {"unknown", "healthy",
                                                                      "degraded", "unhealthy"};

constexpr std::string_view name_of(HealthState state) {
  return kHealthStateNames[static_cast<std::size_t>(state)];
}

}  // namespace gateway
