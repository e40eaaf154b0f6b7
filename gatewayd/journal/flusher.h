#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gatewayd/journal/event_batch.h"
#include "gatewayd/journal/history.h"
#include "gatewayd/journal/ledger.h"
#include "gatewayd/journal/recent.h"
#include "gatewayd/journal/redact.h"
#include "gatewayd/journal/ring.h"
#include "gatewayd/journal/write_turns.h"
#include "shared/store/writer.h"

namespace gateway::journal {

// The one thread that takes rows out of the rings and writes them. It sleeps until flush_every has
// passed or wake() is called. A failing disk suspends it: it tries again once a second, keeps what
// half of each ring holds for that moment and drops older rows.
class Flusher {
 public:
  // What one worker hands over. Must outlive the flusher.
  struct Source {
    Ring* ring;
    const CountedEvents* counted;
  };
  struct Settings {
    milliseconds flush_every{};
    std::size_t batch_rows = 1;
    store::Retention retention;
    std::vector<std::string> redact;
    std::string version;  // of the daemon
  };
  struct Figures {
    std::uint64_t written = 0;
    std::uint64_t dropped_successes = 0;  // by this thread, while suspended
    std::uint64_t dropped_failures = 0;
    std::uint64_t events_written = 0;
    std::uint64_t events_counted = 0;  // by this thread: not one by one
    std::uint64_t events_dropped = 0;  // by this thread, while suspended
    std::uint64_t traces_written = 0;
    std::uint64_t traces_dropped = 0;  // by this thread, while suspended
    UnixMicros caught_up_at = 0;       // what was in the rings then is in the database
    bool suspended = false;
    std::string last_error;
  };

  // The ledger, the history and the turns must outlive this.
  Flusher(std::unique_ptr<store::Writer> store, const std::vector<Source>& sources, Ledger& ledger,
          History& history, WriteTurns& turns, const Settings& settings);
  ~Flusher();  // writes what the rings hold, then stops the thread

  void wake();  // any thread; one write(2)

  void set_retention(const store::Retention& retention);
  // Takes the place of counters that wait to be written.
  void save_limits(store::LimitCounters counters);
  // Until none wait, at most `wait`. True when all are written.
  bool wait_limits(milliseconds wait);
  void set_redact(const std::vector<std::string>& names);
  Figures figures() const;
  // Requests of the last minute, and over how many seconds they are counted.
  std::pair<std::vector<RecentFigures>, double> recent() const;

 private:
  struct Batch {
    std::size_t frames = 0;
    std::size_t requests = 0;
    std::size_t traces = 0;
    bool is_short = false;  // there may be more
    bool ok = true;         // false: the store refused some of it
  };
  struct Lane {
    Ring* ring;
    std::uint64_t at = 0;    // next frame of the transaction
    std::uint64_t seen = 0;  // frames before this are counted in the last minute
  };

  void run();
  void sleep();
  void pass();
  bool write_batch(UnixMicros now, bool& more);
  void append(Lane& lane, UnixMicros now, Batch& batch);
  std::size_t read_chunk(Lane& lane, std::size_t limit, UnixMicros now, Batch& batch);
  bool write_limits();
  bool write_history(UnixMicros now);
  bool write_changes(const History::Pending& pending, UnixMicros now);
  bool write_ledger(const Ledger::Pending& pending);
  void count_recent(Lane& lane, std::uint64_t before, std::uint64_t after,
                    const store::RequestRow& row);
  void suspend();
  void resume();
  void hold_back();
  void count_dropped(const std::byte* frame);
  void retain(UnixMicros now);
  std::int64_t steady_seconds() const;

  std::unique_ptr<store::Writer> store_;
  std::vector<Lane> lanes_;
  Ledger& ledger_;
  History& history_;
  WriteTurns& turns_;
  const milliseconds flush_every_;
  const std::size_t batch_rows_;
  const std::string version_;
  int wake_fd_ = -1;

  // The thread's own.
  std::vector<store::RequestRow> rows_;
  std::vector<std::string> masked_;
  std::vector<store::TraceRow> traces_;
  EventBatch events_;
  std::shared_ptr<const Redactor> redactor_;
  SteadyTime retry_at_{};
  SteadyTime retain_at_{};
  bool retain_more_ = false;
  std::int64_t now_s_ = 0;  // steady seconds of this pass

  mutable std::mutex control_;  // guards what is set from outside, and last_error_
  store::Retention retention_;
  std::shared_ptr<const Redactor> next_redactor_;
  std::string last_error_;
  std::optional<store::LimitCounters> limits_;  // wait to be written
  bool writes_limits_ = false;
  std::condition_variable limits_written_;

  mutable std::mutex recent_mutex_;
  RecentWindow recent_;
  const SteadyTime started_ = std::chrono::steady_clock::now();

  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> dropped_successes_{0};
  std::atomic<std::uint64_t> dropped_failures_{0};
  std::atomic<std::uint64_t> dropped_events_{0};
  std::atomic<std::uint64_t> traces_written_{0};
  std::atomic<std::uint64_t> dropped_traces_{0};
  std::atomic<UnixMicros> caught_up_at_{0};
  std::atomic<bool> suspended_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace gateway::journal
