#pragma once

#include <cstdint>

#include "shared/store/writer.h"

namespace SQLite {
class Database;
}

namespace gateway::store {

// Deletes what is too old or too much, oldest first, in units small enough that a step ends close
// to its time. Freed pages serve new rows; those that are not needed go back to the file system.
// The newest row always stays, and so does every row that no rollup counts yet. Where the size is
// too much, traces go first, security events go before requests while they take more than their
// share, else after all requests that may go; what is known of health goes last.
class RetentionSteps {
 public:
  explicit RetentionSteps(SQLite::Database& db);

  // True when a step left something to do. Throws SQLite::Exception, with a transaction open or
  // not.
  bool step(UnixMicros now, const Retention& retention);

  // Whether the last step deleted rows of the span that was still growing.
  bool cut_open_span() const { return cut_open_span_; }

 private:
  bool unit(UnixMicros now, const Retention& retention);
  bool delete_expired_rows(UnixMicros now, milliseconds keep);
  bool delete_expired_events(UnixMicros now, milliseconds keep);
  bool delete_oldest_events();
  bool delete_expired_health(UnixMicros now, milliseconds keep);
  bool delete_expired_changes(const char* table, UnixMicros before);
  bool delete_checks(std::int64_t width, std::int64_t before);
  bool delete_traces(UnixMicros now, const Retention& retention);
  bool delete_oldest_health();
  std::int64_t event_bytes();
  bool delete_for_size(std::int64_t page_limit);
  bool delete_rows(std::int64_t first, std::int64_t last);
  bool delete_rollups(std::int64_t width, std::int64_t before);
  bool give_back(std::int64_t page_limit);
  void limit_log(std::uint64_t max_size);
  std::int64_t number(const char* sql);

  SQLite::Database& db_;
  std::int64_t page_size_ = 0;
  std::int64_t log_limit_ = 0;  // bytes of write-ahead log at which it is copied into the file
  bool gave_back_ = false;
  bool cut_open_span_ = false;
};

}  // namespace gateway::store
