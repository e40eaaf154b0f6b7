#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/config/upstream.h"

namespace gateway::policy {

// What a route says of keeping answers; compiled once, const while served.
struct CacheRules {
  std::optional<seconds> ttl;  // of an answer that says nothing of how long it is fresh
  seconds stale_while_revalidate{};  // where the answer says nothing
  seconds stale_if_error{};
  std::vector<config::RequestKey> key;  // beside host, path and query
  bool by_user = false;                 // `key` tells users apart
  std::size_t max_entry = 0;            // bytes of one answer, its head included
  // Of requests that wait for the one which fetches the same.
  std::uint32_t max_waiting = 0;
  milliseconds wait{};
};

}  // namespace gateway::policy
