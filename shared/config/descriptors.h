#pragma once

#include <cstdint>

#include "shared/config/model.h"

namespace gateway::config {

// What a gateway has open beside the connections: database, log, control API, loops.
inline constexpr std::uint64_t kOwnDescriptors = 128;

// File descriptors that the configuration may come to need: each client's connection, and one to a
// service for its request.
inline std::uint64_t descriptors_needed(const Gateway& gateway) {
  return std::uint64_t{2} * gateway.max_connections + kOwnDescriptors;
}

// The most client connections that so many descriptors allow.
inline std::uint64_t connections_for(std::uint64_t descriptors) {
  return descriptors > kOwnDescriptors ? (descriptors - kOwnDescriptors) / 2 : 0;
}

}  // namespace gateway::config
