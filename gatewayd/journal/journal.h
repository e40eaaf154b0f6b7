#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayd/journal/history.h"
#include "gatewayd/journal/record.h"
#include "gatewayd/journal/write_turns.h"
#include "shared/base/result.h"
#include "shared/store/limit_counters.h"
#include "shared/store/writer.h"

namespace gateway::journal {

// How long security events are kept unless told otherwise.
inline constexpr milliseconds kKeepSecurity = std::chrono::hours(24 * 180);
// The same for changes of health and breakers.
inline constexpr milliseconds kKeepHealth = std::chrono::hours(24 * 90);
// The same for traces of requests.
inline constexpr milliseconds kKeepTraces = std::chrono::hours(24 * 7);

struct Options {
  std::string path;                              // database file; its folder must exist
  milliseconds keep_requests{};                  // rows older than this are deleted
  std::uint64_t max_size = 0;                    // bytes of database and WAL together
  milliseconds keep_security = kKeepSecurity;    // security events older than this are deleted
  std::vector<std::string> redact;               // query parameters whose values are masked
  std::size_t workers = 1;                       // rings to make
  std::size_t ring_bytes = 4u << 20;             // a worker
  milliseconds keep_health = kKeepHealth;        // changes of health and breakers older than this
  milliseconds keep_traces = kKeepTraces;        // traces of requests older than this
  std::uint64_t max_traces = store::kMaxTraces;  // and more of them than this
  std::string version;                           // of the daemon, for the history of its starts
  milliseconds flush_every{250};                 // a kill loses at most this much (bounded by 1 s)
  std::size_t batch_rows = 2000;
  int lock_fd = -1;  // see store::Writer::open
};

// What status and metrics show.
struct JournalStatus {
  std::uint64_t written = 0;
  std::uint64_t dropped_successes = 0;
  std::uint64_t dropped_failures = 0;
  std::uint64_t events_written = 0;     // security events with a row of their own
  std::uint64_t events_suppressed = 0;  // alike or too many: only their number is kept
  std::uint64_t events_dropped = 0;     // lost: the ring was full or the disk refused them
  std::uint64_t traces_written = 0;
  std::uint64_t traces_skipped = 0;   // too many of one kind in a second
  std::uint64_t traces_dropped = 0;   // lost: the ring was half full or the disk refused them
  std::uint64_t history_dropped = 0;  // changes of health and breakers, checks: too many waited
  std::uint64_t lag_us = 0;           // age of the oldest row not yet in the database
  bool suspended = false;             // the disk refuses writes: rows are dropped, traffic goes on
  std::string last_error;
};

// The last minute of one service, for `gatewayctl status`.
struct RecentService {
  std::string service;
  std::uint64_t requests = 0;
  double requests_per_second = 0;
  std::uint32_t p50_us = 0;
  std::uint32_t p99_us = 0;
  std::uint64_t errors_5xx = 0;
};

struct OpenError {
  std::string message;        // what, where, why, what to do
  bool newer_schema = false;  // made by a newer gatewayd: exit 78
};

// The request log: worker → bounded ring → one writer thread → SQLite. Owned by the daemon.
class Journal {
 public:
  static Result<std::unique_ptr<Journal>, OpenError> open(Options options);
  ~Journal();  // writes what the rings still hold, then closes

  // Never blocks, never allocates. Returns false when the row was dropped (and counted): from
  // three quarters full the ring takes only failures (status ≥ 400), when full none.
  // Called by worker `worker` alone.
  bool push(std::size_t worker, const RequestRecord& record);

  // A security event, beside the request's own record. Never blocks, never allocates. Of one kind
  // kEventsASecond are handed over, of alike ones kAlikeKept in kFoldWindow are kept one by one;
  // the rest are counted and become one row when the window is over, so a crash may lose the
  // number of the last minute, never more than a second of the events that are kept. Returns false
  // when the event was lost (and counted as dropped). Called by worker `worker` alone.
  bool push_event(std::size_t worker, const SecurityEvent& event);

  // Whether a trace of this decider is to be made at `now`: of one decider kTracesASecond are. Each
  // yes is to be followed by push_trace(). Called by worker `worker` alone.
  bool takes_trace(std::size_t worker, Decider decider, SteadyTime now);
  // What was decided about a request, after the request's own record. Never blocks, never
  // allocates. Returns false when it was lost (and counted): traces fill half of the ring at most.
  // Called by worker `worker` alone.
  bool push_trace(std::size_t worker, const TraceRecord& trace);

  // The id that stands for `name` in rows, the same in every run of this database. Thread-safe;
  // not for the request path.
  NameId intern(std::string_view name);

  // The revision number of a config with this digest: that of the newest row when it is the same
  // text, else one more. Its row is written soon, at the latest with the first request that it
  // serves. Thread-safe.
  std::uint32_t number_revision(std::string_view sha256_hex, std::string_view by);
  // Until its row is written; on a suspended log for two seconds. Thread-safe.
  void wait_revision(std::uint32_t revision);

  // For who writes to the database over a connection of its own.
  WriteTurns& turns();

  void set_retention(const store::Retention& retention);
  void set_redact(std::vector<std::string> names);

  // The counters of rate limits, to be found again after a restart: all of them each time, written
  // by the journal's thread when it comes to it, at the latest when this closes. At most
  // kMaxLimitCounters; of more, those used last. Rows wait meanwhile: some 30 ms for 100,000
  // counters of which a tenth changed, a second for a million that all did. Thread-safe; not for
  // the request path.
  void save_limits(store::LimitCounters counters);
  // Until what was given to save_limits() is written, at most `wait`. True when it is.
  bool wait_limits(milliseconds wait);
  // What the last save left; none when there was none or it cannot be read. Reads the disk, with a
  // connection of its own. Thread-safe; for the start.
  store::LimitCounters load_limits() const;

  // Changes of health and of breakers, and checks that ended: written within flush_every, checks
  // as figures once their minute is over or this closes. Thread-safe, bounded; takes a lock, so for
  // what is rare or off the request path. False when too many wait already (and counted).
  bool record_health(const HealthEvent& event);
  bool record_breaker(const BreakerEvent& event);
  bool record_check(std::string_view service, std::string_view instance, bool passed,
                    microseconds latency, UnixMicros time);

  // The breakers that are not closed, to be found again after a restart; as save_limits and
  // load_limits.
  void save_breakers(std::vector<store::SavedBreaker> breakers);
  std::vector<store::SavedBreaker> load_breakers() const;

  JournalStatus status() const;
  std::vector<RecentService> recent() const;
  const std::string& path() const;
  // The descriptor that holds the database's writing lock, for a process that takes this one's
  // place: both may write then. From then on this one must not be asked for names or revisions that
  // it does not know yet.
  int lock_fd() const;

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway::journal
