#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/store/rollup_cells.h"

namespace SQLite {
class Statement;
}

namespace gateway::store {

// Values of the current row of a statement, by column. A value of another type, which only a
// damaged file has, reads as SQLite converts it.
std::uint32_t to_u32(const SQLite::Statement& row, int column);
std::uint64_t to_u64(const SQLite::Statement& row, int column);
// Lives until the statement's next step.
std::string_view to_bytes(const SQLite::Statement& row, int column);

// requests, bytes_in, bytes_out, sum_us, max_us, histogram from `first` on.
RollupCell read_cell(const SQLite::Statement& row, int first);
// time, status, route, service, total_us, bytes_in, bytes_out.
RollupSample read_sample(const SQLite::Statement& row);

}  // namespace gateway::store
