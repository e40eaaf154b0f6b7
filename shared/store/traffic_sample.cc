#include "shared/store/traffic_sample.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <functional>

#include "shared/store/connection.h"

namespace gateway::store {
namespace {

void count(TrafficSample& into, std::int64_t status, std::int64_t total_us) {
  ++into.requests;
  if (status >= 500) {
    ++into.server_errors;
  } else if (status >= 400) {
    ++into.client_errors;
  }
  into.latency.add(static_cast<std::uint32_t>(std::clamp<std::int64_t>(total_us, 0, UINT32_MAX)));
}

bool guarded(const std::string& path, const std::function<void(SQLite::Database&)>& work) {
  try {
    const auto db = connect_reader(path);
    work(*db);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

std::optional<std::int64_t> last_request(const std::string& path) {
  std::int64_t last = 0;
  const bool ok = guarded(path, [&](SQLite::Database& db) {
    last = db.execAndGet("SELECT ifnull(max(seq), 0) FROM requests").getInt64();
  });
  return ok ? std::optional(last) : std::nullopt;
}

bool sample_recent(const std::string& path, UnixMicros since, std::size_t limit,
                   TrafficSample& into) {
  return guarded(path, [&](SQLite::Database& db) {
    SQLite::Statement query(
        db, "SELECT time, status, total_us FROM requests ORDER BY seq DESC LIMIT ?");
    query.bind(1, static_cast<std::int64_t>(limit));
    while (query.executeStep()) {
      if (query.getColumn(0).getInt64() < since) continue;  // rows stand in the order they ended
      count(into, query.getColumn(1).getInt64(), query.getColumn(2).getInt64());
    }
  });
}

bool sample_revision(const std::string& path, std::uint32_t revision, std::size_t limit,
                     std::int64_t& seq, TrafficSample& into) {
  return guarded(path, [&](SQLite::Database& db) {
    SQLite::Statement query(db,
                            "SELECT seq, status, total_us, revision FROM requests WHERE seq > ? "
                            "ORDER BY seq LIMIT ?");
    query.bind(1, seq);
    query.bind(2, static_cast<std::int64_t>(limit));
    while (query.executeStep()) {
      seq = query.getColumn(0).getInt64();
      if (query.getColumn(3).getInt64() != revision) continue;
      count(into, query.getColumn(1).getInt64(), query.getColumn(2).getInt64());
    }
  });
}

}  // namespace gateway::store
