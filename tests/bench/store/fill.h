#pragma once

#include <cstdint>
#include <string>

namespace store_bench {

// Writes `rows` requests that end now and reach `days` back into a new database: 50 routes of 10
// services, latencies spread over decades, 2 % of 4xx and 0.5 % of 5xx, 50,000 clients, 5,000
// users, ids in two thirds of the paths. One row in two million is rare in all it has: client
// 192.0.2.77, user u-rare, route name70, status 507, PURGE /rarely/asked/N?find=needle, slower than
// a minute. The way of the daemon: transactions of 2,000 rows, rollups and retention beside them.
bool fill(const std::string& path, std::uint64_t rows, int days);

// What the blocks beside such rows cost: CPU time with their writing, and size, a row.
struct BlockCost {
  double ns = 0;
  double bytes = 0;
};
BlockCost block_cost(const std::string& path, std::uint64_t rows);

}  // namespace store_bench
