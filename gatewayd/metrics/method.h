#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gateway::metrics {

// The methods that are told apart, so that no client can invent labels; PUT and the like are those
// of RFC 9110 §9 and RFC 5789 that the gateway forwards.
enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

inline constexpr std::size_t kMethods = 8;
inline constexpr std::array<std::string_view, kMethods> kMethodNames = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"};

constexpr std::string_view name_of(Method method) {
  return kMethodNames[static_cast<std::size_t>(method)];
}

// Methods are case-sensitive (RFC 9110 §9.1).
constexpr Method method_of(std::string_view name) {
  for (std::size_t i = 0; i + 1 < kMethods; ++i) {
    if (kMethodNames[i] == name) return static_cast<Method>(i);
  }
  return Method::other;
}

}  // namespace gateway::metrics
