#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shared/store/request_row.h"

namespace gateway::store {

// A row's columns in the order of the table requests: seq, these numbers, the id, these texts.
// Empty text stands for NULL.
struct RowColumns {
  explicit RowColumns(const RequestRow& row);

  std::array<std::int64_t, 12> numbers;
  std::array<std::string_view, 6> texts;
};

// The longest a row's cell can be: three bytes of size, nine of seq, the record's header and its
// twelve numbers of nine bytes, the id, and the texts.
std::size_t longest_cell(const RequestRow& row);

// Writes a row of the table requests as SQLite keeps it: a cell of a table's leaf page, which holds
// the size of the record, the number of the row and the record (https://sqlite.org/fileformat2.html
// §1.6 and §2.1). The columns are those of the table in its order; the first, seq, is the number.
// Needs longest_cell(row) bytes at `out`; returns the cell's end. Texts are below 1 MiB.
std::uint8_t* put_cell(const RequestRow& row, std::int64_t seq, std::uint8_t* out);

}  // namespace gateway::store
