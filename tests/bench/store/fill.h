#pragma once

#include <cstdint>
#include <string>

namespace store_bench {

// Writes `rows` requests that end now and reach `days` back into a new database: 50 routes of 10
// services, latencies spread over decades, 2 % of 4xx and 0.5 % of 5xx. The way of the daemon:
// transactions of 2,000 rows, rollups and retention beside them.
bool fill(const std::string& path, std::uint64_t rows, int days);

}  // namespace store_bench
