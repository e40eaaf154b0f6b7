#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/result.h"
#include "shared/store/health_row.h"
#include "shared/store/limit_counters.h"
#include "shared/store/open_error.h"
#include "shared/store/process_event.h"
#include "shared/store/reader.h"
#include "shared/store/request_row.h"
#include "shared/store/security_row.h"
#include "shared/store/trace_row.h"

namespace gateway::store {

// How long and how much is kept.
struct Retention {
  milliseconds keep_requests{};  // rows that started longer ago are deleted
  std::uint64_t max_size = 0;    // bytes of database and write-ahead log; 0: no limit
  milliseconds keep_security{};  // security events older than this are deleted; 0: none for age
  milliseconds keep_health{};    // the same for changes of health and breakers, and for checks
  milliseconds keep_traces{};    // traces of requests older than this are deleted; 0: none for age
  std::uint64_t max_traces = kMaxTraces;  // more of them than this are deleted
};

// The one writer of a database: rows, rollups, names, revisions, in transactions. While one
// gatewayd takes another's place there are two for a while: each sees what the other wrote before
// its next transaction, and only the newer one gives out names and revisions. Nothing throws: a
// call that fails (full disk, corrupt file, locked) rolls the transaction back, leaves the reason
// in error() and may be tried again. One thread at a time.
class Writer {
 public:
  // Makes the file when there is none; its folder must exist. Brings an older schema forward.
  // `lock_fd`: the writing lock of a process whose place this one takes, see FileLock::adopt; -1:
  // none.
  static Result<std::unique_ptr<Writer>, OpenError> open(const std::string& path, int lock_fd = -1);
  ~Writer();

  bool begin(UnixMicros now);
  bool append(std::span<const RequestRow> rows);
  bool append_events(std::span<const SecurityRow> rows);
  bool append_traces(std::span<const TraceRow> rows);
  bool append_health(std::span<const HealthChangeRow> rows);
  bool append_breakers(std::span<const BreakerChangeRow> rows);
  bool add_checks(std::span<const HealthCheckCell> cells);
  // In a transaction of its own; of the process that calls.
  bool note_process(ProcessEvent::Kind kind, std::string_view version, UnixMicros now);
  bool add_name(std::uint32_t id, std::string_view name);
  bool add_revision(const Revision& revision);
  bool commit();
  // Whether a commit at `now` would bring the rollups up, even one without rows.
  bool rollups_due(UnixMicros now) const;

  // Brings the rollups and the blocks up to the last row; otherwise commits do so every
  // kRollupEvery, or every minute when there are many cells for few rows. For a clean close.
  bool roll_up(UnixMicros now);

  // Makes the file hold exactly these counters, in a transaction of its own. Of more than
  // kMaxLimitCounters those used longest ago are left out.
  bool save_limit_counters(LimitCounters counters);

  // Makes the file hold exactly these breakers, in a transaction of its own.
  bool save_breakers(std::span<const SavedBreaker> breakers);

  // Deletes, gives pages back or shortens the write-ahead log for about kRetentionStep, in a
  // transaction of its own. True when more is left to do.
  bool retain(UnixMicros now, const Retention& retention);

  // Lets the file grow to this many pages of 8 KiB at most, whatever the disk holds.
  bool limit_pages(std::uint32_t pages);

  int lock_fd() const;  // stays this writer's
  std::vector<std::pair<std::uint32_t, std::string>> names() const;
  Revision last_revision() const;  // id 0: none yet
  const std::string& error() const;

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

inline constexpr seconds kRollupEvery{5};
inline constexpr milliseconds kRetentionStep{10};
// Rollups of a minute, an hour and a day are deleted when they are older than this.
inline constexpr seconds kKeepMinutes{3 * 24 * 3600};
inline constexpr seconds kKeepHours{90 * 24 * 3600};
inline constexpr seconds kKeepDays{1096LL * 24 * 3600};
// The same for a minute of health checks; hours of them are kept as long as changes of health.
inline constexpr seconds kKeepCheckMinutes{6 * 3600};

}  // namespace gateway::store
