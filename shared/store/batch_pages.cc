#include "shared/store/batch_pages.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <stdexcept>

#include "shared/store/row_cell.h"

namespace gateway::store {
namespace {

// Offsets in a file and in a leaf page, fileformat2 §1.3 and §1.6.
constexpr std::size_t kChangeCounter = 24;
constexpr std::size_t kCellCount = 3;
constexpr std::size_t kContentStart = 5;
constexpr std::size_t kPointers = 8;
constexpr std::uint8_t kTableLeaf = 0x0d;

// Cells stand in the order of their rows, behind the room for pointers to them.
constexpr std::size_t kFirstCell = kPointers + 2 * BatchPages::kMaxRows;

void put16(std::uint8_t* out, std::size_t value) {
  out[0] = static_cast<std::uint8_t>(value >> 8);
  out[1] = static_cast<std::uint8_t>(value);
}

// A copy of what SQLite makes; pages of tables are only reserved, and so take no memory yet.
std::unique_ptr<std::uint8_t[]> make_file(std::string_view columns) {
  SQLite::Database db(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec(fmt::format("PRAGMA page_size = {}", BatchPages::kPageSize));
  for (std::size_t i = 0; i < BatchPages::kTables; ++i) {
    // One statement: the text comes out of the database file, where others may have followed it.
    SQLite::Statement(db, fmt::format("CREATE TABLE rows{} {}", i, columns)).exec();
    const int root =
        db.execAndGet(fmt::format("SELECT rootpage FROM sqlite_schema WHERE name = "
                                  "'rows{}'",
                                  i));
    if (root != static_cast<int>(i) + 2) throw std::logic_error("a table is where none should be");
  }
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> made(
      sqlite3_serialize(db.getHandle(), "main", &size, 0), sqlite3_free);
  if (!made || size != static_cast<sqlite3_int64>(BatchPages::kBytes)) {
    throw std::logic_error("the file for batches of rows has another size than it should");
  }
  auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(BatchPages::kBytes);
  std::memcpy(bytes.get(), made.get(), BatchPages::kPageSize);
  return bytes;
}

}  // namespace

BatchPages::BatchPages(std::string_view columns) : bytes_(make_file(columns)) {
  restart();
}

void BatchPages::restart() {
  std::uint8_t* counter = bytes_.get() + kChangeCounter;
  for (int i = 3; i >= 0 && ++counter[i] == 0; --i) {
  }
  table_ = 0;
  start_page();
}

void BatchPages::start_page() {
  rows_ = 0;
  if (table_ == kTables) return;
  std::memset(page(), 0, kPointers);
  page()[0] = kTableLeaf;
  put16(page() + kContentStart, kFirstCell);
  end_ = page() + kFirstCell;
}

void BatchPages::next() {
  ++table_;
  start_page();
}

bool BatchPages::add(const RequestRow& row, std::int64_t seq) {
  if (table_ == kTables || rows_ == kMaxRows) return false;
  const auto used = static_cast<std::size_t>(end_ - page());
  if (longest_cell(row) > kPageSize - used) return false;
  put16(page() + kPointers + 2 * rows_, used);
  end_ = put_cell(row, seq, end_);
  put16(page() + kCellCount, ++rows_);
  return true;
}

}  // namespace gateway::store
