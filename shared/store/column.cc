#include "shared/store/column.h"

#include <SQLiteCpp/SQLiteCpp.h>

namespace gateway::store {

std::uint32_t to_u32(const SQLite::Statement& row, int column) {
  return static_cast<std::uint32_t>(row.getColumn(column).getInt64());
}

std::uint64_t to_u64(const SQLite::Statement& row, int column) {
  return static_cast<std::uint64_t>(row.getColumn(column).getInt64());
}

std::string_view to_bytes(const SQLite::Statement& row, int column) {
  const SQLite::Column value = row.getColumn(column);
  const void* bytes = value.getBlob();
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(value.getBytes())};
}

RollupCell read_cell(const SQLite::Statement& row, int first) {
  RollupCell cell;
  cell.requests = to_u64(row, first);
  cell.bytes_in = to_u64(row, first + 1);
  cell.bytes_out = to_u64(row, first + 2);
  cell.sum_us = to_u64(row, first + 3);
  cell.max_us = to_u32(row, first + 4);
  cell.latency.merge_encoded(to_bytes(row, first + 5));
  return cell;
}

RollupSample read_sample(const SQLite::Statement& row) {
  RollupSample sample;
  sample.time = row.getColumn(0).getInt64();
  sample.status = static_cast<std::uint16_t>(to_u32(row, 1));
  sample.route = to_u32(row, 2);
  sample.service = to_u32(row, 3);
  sample.total_us = to_u32(row, 4);
  sample.bytes_in = to_u64(row, 5);
  sample.bytes_out = to_u64(row, 6);
  return sample;
}

}  // namespace gateway::store
