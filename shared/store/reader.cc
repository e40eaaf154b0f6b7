#include "shared/store/reader.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <utility>

#include "shared/store/connection.h"
#include "shared/store/health_table.h"
#include "shared/store/limit_table.h"
#include "shared/store/queries.h"
#include "shared/store/schema.h"

namespace gateway::store {

struct Reader::State {
  std::string path;
  std::unique_ptr<SQLite::Database> db;

  // One transaction, so that all of a query sees the same rows and rollups.
  template <class T, class Query>
  Result<T, QueryError> read(const Query& query) {
    try {
      SQLite::Transaction transaction(*db);
      T found = query(*db);
      transaction.commit();
      return found;
    } catch (const std::exception& failure) {
      return QueryError{explain(path, failure).message};
    }
  }
};

Result<Reader, OpenError> Reader::open(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return OpenError{"cannot open the database " + path +
                         ": there is none, or its folder cannot be read; gatewayd makes it when it "
                         "starts ([store] path)",
                     false};
  }
  try {
    auto state = std::make_unique<State>();
    state->path = path;
    state->db = connect_reader(path);
    if (auto schema = check_schema(*state->db, migrations()); !schema) return schema.error();
    return Reader(std::move(state));
  } catch (const std::exception& failure) {
    return explain(path, failure);
  }
}

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<LogPage, QueryError> Reader::logs(const LogFilter& filter) {
  return state_->read<LogPage>([&](SQLite::Database& db) { return query_logs(db, filter); });
}

Result<SecurityPage, QueryError> Reader::security(const SecurityFilter& filter) {
  return state_->read<SecurityPage>(
      [&](SQLite::Database& db) { return query_security(db, filter); });
}

Result<HealthHistory, QueryError> Reader::history(const HistoryQuery& query) {
  return state_->read<HealthHistory>(
      [&](SQLite::Database& db) { return query_history(db, query); });
}

Result<Stats, QueryError> Reader::stats(const StatsQuery& query) {
  return state_->read<Stats>([&](SQLite::Database& db) { return query_stats(db, query); });
}

Result<FoundRequest, QueryError> Reader::request(const Uuid& id) {
  return state_->read<FoundRequest>([&](SQLite::Database& db) { return query_request(db, id); });
}

Result<std::optional<BreakerChangeEntry>, QueryError> Reader::breaker_before(
    const std::string& service, UnixMicros time) {
  return state_->read<std::optional<BreakerChangeEntry>>(
      [&](SQLite::Database& db) { return query_breaker_before(db, service, time); });
}

Result<MinuteFigures, QueryError> Reader::minutes(UnixMicros since, UnixMicros until) {
  return state_->read<MinuteFigures>(
      [&](SQLite::Database& db) { return query_minutes(db, since, until); });
}

Result<std::vector<Revision>, QueryError> Reader::revisions(std::size_t limit) {
  return state_->read<std::vector<Revision>>(
      [&](SQLite::Database& db) { return query_revisions(db, limit); });
}

Result<LimitCounters, QueryError> Reader::limit_counters() {
  return state_->read<LimitCounters>(query_limit_counters);
}

Result<std::vector<SavedBreaker>, QueryError> Reader::breakers() {
  return state_->read<std::vector<SavedBreaker>>(query_breakers);
}

}  // namespace gateway::store
