#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shared/base/clock.h"
#include "shared/store/histogram.h"

namespace gateway::store {

// Requests counted together.
struct TrafficSample {
  std::uint64_t requests = 0;
  std::uint64_t client_errors = 0;  // answers 400 to 499
  std::uint64_t server_errors = 0;  // answers from 500 on
  Histogram latency;                // microseconds, of whole exchanges
};

// The last row of the request log; 0: it is empty. Nothing when it cannot be read.
std::optional<std::int64_t> last_request(const std::string& path);

// Adds the requests that began at `since` or later, of the last `limit` rows. False: the log cannot
// be read.
bool sample_recent(const std::string& path, UnixMicros since, std::size_t limit,
                   TrafficSample& into);

// Adds those after row `seq` that `revision` served, of the next `limit` rows, and moves `seq` to
// the last of these.
bool sample_revision(const std::string& path, std::uint32_t revision, std::size_t limit,
                     std::int64_t& seq, TrafficSample& into);

}  // namespace gateway::store
