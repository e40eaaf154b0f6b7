#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/result.h"
#include "shared/store/health_logs.h"
#include "shared/store/health_row.h"
#include "shared/store/limit_counters.h"
#include "shared/store/logs.h"
#include "shared/store/minutes.h"
#include "shared/store/open_error.h"
#include "shared/store/security_logs.h"
#include "shared/store/stats.h"
#include "shared/store/trace_row.h"

namespace gateway::store {

// A query that could not be answered: what, where, why, what to do next.
struct QueryError {
  std::string message;
};

struct Revision {
  std::uint32_t id = 0;
  std::string sha256;  // 64 hex digits
  UnixMicros applied_at = 0;
  std::string applied_by;
};

// Reads the database while a daemon writes it: neither waits for the other. Opening costs about a
// millisecond: one reader a request is fine. One thread at a time.
class Reader {
 public:
  static Result<Reader, OpenError> open(const std::string& path);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  Result<LogPage, QueryError> logs(const LogFilter& filter);
  Result<SecurityPage, QueryError> security(const SecurityFilter& filter);
  Result<HealthHistory, QueryError> history(const HistoryQuery& query);
  Result<Stats, QueryError> stats(const StatsQuery& query);
  // The trace and the row of one request, what there is of them.
  Result<FoundRequest, QueryError> request(const Uuid& id);
  // The last move of the service's breaker, or one of its instances', not after `time`.
  Result<std::optional<BreakerChangeEntry>, QueryError> breaker_before(const std::string& service,
                                                                       UnixMicros time);
  // Minute by minute what [since, until) holds; `since` is taken down to its minute.
  Result<MinuteFigures, QueryError> minutes(UnixMicros since, UnixMicros until);
  // Newest first, at most `limit` of them.
  Result<std::vector<Revision>, QueryError> revisions(std::size_t limit);
  // What the last save left, by rising id; no rows when there was none.
  Result<LimitCounters, QueryError> limit_counters();
  // The same for breakers, by service and instance.
  Result<std::vector<SavedBreaker>, QueryError> breakers();

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway::store
