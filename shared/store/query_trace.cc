#include <SQLiteCpp/SQLiteCpp.h>

#include "shared/store/column.h"
#include "shared/store/queries.h"

namespace gateway::store {
namespace {

// How far a row's start may be from the time in its id.
constexpr UnixMicros kAround = 2'000'000;
constexpr milliseconds kSearchAtMost{1'500};

// The milliseconds of a UUIDv7 (RFC 9562 §5.7) in microseconds; nothing for another version.
std::optional<UnixMicros> time_of(const Uuid& id) {
  if (id.bytes[6] >> 4 != 7) return std::nullopt;
  UnixMicros ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id.bytes[i];
  return ms * 1'000;
}

// With a statement of its own: none may be under way when the search makes its SQL function.
std::string find_trace(SQLite::Database& db, const Uuid& id) {
  SQLite::Statement trace(db, "SELECT trace FROM traces WHERE id = ? ORDER BY seq DESC LIMIT 1");
  trace.bind(1, id.bytes.data(), static_cast<int>(id.bytes.size()));
  return trace.executeStep() ? std::string(to_bytes(trace, 0)) : std::string();
}

// Looks where the id's own time points; an id that came from elsewhere is looked for in all rows.
void find_row(SQLite::Database& db, const Uuid& id, FoundRequest& found) {
  LogFilter filter;
  filter.id = id;
  filter.limit = 1;
  filter.time_limit = kSearchAtMost;
  if (const auto time = time_of(id)) {
    filter.since = *time - kAround;
    filter.until = *time + kAround;
  }
  LogPage page = query_logs(db, filter);
  if (page.rows.empty() && filter.since && found.trace.empty()) {
    filter.since = filter.until = std::nullopt;
    page = query_logs(db, filter);
  }
  found.searched = page.complete || !page.rows.empty();
  if (!page.rows.empty()) found.row = std::move(page.rows.front());
}

}  // namespace

FoundRequest query_request(SQLite::Database& db, const Uuid& id) {
  FoundRequest found;
  found.trace = find_trace(db, id);
  find_row(db, id, found);
  return found;
}

}  // namespace gateway::store
