#pragma once

#include <cstddef>
#include <cstdint>

namespace gateway::config {

// Bounds of a configuration as a whole; those of single keys stand in keys.cc.
inline constexpr std::size_t kMaxFileSize = 8 << 20;  // bytes
inline constexpr std::size_t kMaxIncludes = 64;       // files that `include` finds
inline constexpr std::size_t kMaxRoutes = 20000;
inline constexpr std::size_t kMaxServices = 2000;
inline constexpr std::size_t kMaxListeners = 64;
inline constexpr std::size_t kMaxInstances = 256;   // of one service
inline constexpr std::size_t kMaxListItems = 1024;  // of any list
inline constexpr std::size_t kMaxKeyParts = 16;     // a.b.c has three
inline constexpr std::size_t kMaxNesting = 16;      // of arrays and inline tables
inline constexpr std::size_t kMaxNameLength = 64;
inline constexpr std::size_t kMaxTextLength = 64 << 10;  // bytes of a string after substitution
inline constexpr std::size_t kMaxFindings = 1000;        // of one run

}  // namespace gateway::config
