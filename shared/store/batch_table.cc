#include "shared/store/batch_table.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <new>

namespace gateway::store {
namespace {

// The columns of requests in their order; the first, seq, stays NULL and SQLite numbers the row.
enum Column : int {
  kSeq,
  kTime,
  kStatus,
  kRoute,
  kService,
  kTotal,
  kBytesIn,
  kBytesOut,
  kUpstream,
  kDecider,
  kRetries,
  kInstance,
  kRevision,
  kId,
  kMethod,
  kHost,
  kPath,
  kQuery,
  kClient,
  kUser,
};

constexpr const char* kDeclaration =
    "CREATE TABLE batch(seq, time, status, route, service, total_us, bytes_in, bytes_out, "
    "upstream_us, decider, retries, instance, revision, id, method, host, path, query, client, "
    "user)";

struct Table {
  sqlite3_vtab base{};
  const BatchTable* batch = nullptr;
};

struct Cursor {
  sqlite3_vtab_cursor base{};
  const RequestRow* at = nullptr;
  const RequestRow* end = nullptr;
};

int connect(sqlite3* db, void* batch, int, const char* const*, sqlite3_vtab** out, char**) {
  const int code = sqlite3_declare_vtab(db, kDeclaration);
  if (code != SQLITE_OK) return code;
  auto* table = new (std::nothrow) Table;
  if (table == nullptr) return SQLITE_NOMEM;
  table->batch = static_cast<const BatchTable*>(batch);
  *out = &table->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete reinterpret_cast<Table*>(table);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info* info) {
  info->estimatedCost = 1;
  return SQLITE_OK;
}

int open_cursor(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
  auto* cursor = new (std::nothrow) Cursor;
  if (cursor == nullptr) return SQLITE_NOMEM;
  *out = &cursor->base;
  return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
  delete reinterpret_cast<Cursor*>(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int, const char*, int, sqlite3_value**) {
  auto* cursor = reinterpret_cast<Cursor*>(base);
  const auto rows = reinterpret_cast<Table*>(base->pVtab)->batch->rows();
  cursor->at = rows.data();
  cursor->end = rows.data() + rows.size();
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* base) {
  ++reinterpret_cast<Cursor*>(base)->at;
  return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* base) {
  const auto* cursor = reinterpret_cast<Cursor*>(base);
  return cursor->at == cursor->end ? 1 : 0;
}

void give(sqlite3_context* out, std::uint64_t value) {
  sqlite3_result_int64(out, static_cast<sqlite3_int64>(value));
}

// Text of rows is bounded by the ring they come from, far below what an int holds.
void give(sqlite3_context* out, std::string_view text) {
  if (text.empty()) return;
  sqlite3_result_text(out, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* out, int index) {
  const RequestRow& row = *reinterpret_cast<Cursor*>(base)->at;
  switch (index) {
    case kTime:
      sqlite3_result_int64(out, row.time);
      break;
    case kStatus:
      give(out, std::uint64_t{row.status});
      break;
    case kRoute:
      give(out, std::uint64_t{row.route});
      break;
    case kService:
      give(out, std::uint64_t{row.service});
      break;
    case kTotal:
      give(out, std::uint64_t{row.total_us});
      break;
    case kBytesIn:
      give(out, row.bytes_in);
      break;
    case kBytesOut:
      give(out, row.bytes_out);
      break;
    case kUpstream:
      give(out, std::uint64_t{row.upstream_us});
      break;
    case kDecider:
      give(out, static_cast<std::uint64_t>(row.decider));
      break;
    case kRetries:
      give(out, std::uint64_t{row.retries});
      break;
    case kInstance:
      give(out, std::uint64_t{row.instance});
      break;
    case kRevision:
      give(out, std::uint64_t{row.revision});
      break;
    case kId:
      sqlite3_result_blob(out, row.id.bytes.data(), 16, SQLITE_STATIC);
      break;
    case kMethod:
      give(out, row.method);
      break;
    case kHost:
      give(out, row.host);
      break;
    case kPath:
      give(out, row.path);
      break;
    case kQuery:
      give(out, row.query);
      break;
    case kClient:
      give(out, row.client);
      break;
    case kUser:
      give(out, row.user);
      break;
    default:
      break;
  }
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* base, sqlite3_int64* out) {
  const auto* cursor = reinterpret_cast<Cursor*>(base);
  *out = cursor->end - cursor->at;
  return SQLITE_OK;
}

// Without xCreate the table exists under its module's name and cannot be made by SQL.
sqlite3_module make_module() {
  sqlite3_module module{};
  module.xConnect = connect;
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open_cursor;
  module.xClose = close_cursor;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = at_end;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}

}  // namespace

BatchTable::BatchTable(sqlite3* db) {
  static const sqlite3_module module = make_module();
  if (const int code = sqlite3_create_module(db, "batch", &module, this); code != SQLITE_OK) {
    throw SQLite::Exception(db, code);
  }
}

// All columns in the order of the table: SQLite then reads them where it builds the record.
const char* BatchTable::insert_sql() {
  return "INSERT INTO requests SELECT * FROM batch";
}

}  // namespace gateway::store
