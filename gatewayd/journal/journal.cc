#include "gatewayd/journal/journal.h"

#include <algorithm>
#include <atomic>
#include <cassert>

#include "gatewayd/journal/event_budget.h"
#include "gatewayd/journal/event_frame.h"
#include "gatewayd/journal/flusher.h"
#include "gatewayd/journal/frame.h"
#include "gatewayd/journal/ledger.h"
#include "gatewayd/journal/ring.h"
#include "gatewayd/journal/trace_frame.h"
#include "shared/store/reader.h"

namespace gateway::journal {
namespace {

constexpr milliseconds kLongestFlush{1000};
constexpr milliseconds kWaitForRevision{2000};

// One worker's ring and what did not fit; the counters are written by that worker alone.
struct alignas(64) WorkerLane {
  explicit WorkerLane(std::size_t bytes) : ring(bytes) {}
  Ring ring;
  std::atomic<std::uint64_t> dropped_successes{0};
  std::atomic<std::uint64_t> dropped_failures{0};
  std::atomic<std::uint64_t> dropped_events{0};
  std::atomic<std::uint64_t> dropped_traces{0};
  std::atomic<std::uint64_t> skipped_traces{0};
  CountedEvents counted;
  EventBudget budget{kEventsASecond};
  EventBudget trace_budget{kTracesASecond};
};

// One writer: no locked instruction is needed.
void count(std::atomic<std::uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::vector<Flusher::Source> sources_of(const std::vector<std::unique_ptr<WorkerLane>>& lanes) {
  std::vector<Flusher::Source> sources;
  for (const auto& lane : lanes) sources.push_back({&lane->ring, &lane->counted});
  return sources;
}

std::vector<std::unique_ptr<WorkerLane>> make_lanes(const Options& options) {
  std::vector<std::unique_ptr<WorkerLane>> lanes;
  for (std::size_t i = 0; i < options.workers; ++i) {
    lanes.push_back(std::make_unique<WorkerLane>(options.ring_bytes));
  }
  return lanes;
}

}  // namespace

struct Journal::State {
  State(const Options& options, std::unique_ptr<store::Writer> store)
      : path(options.path),
        lock_fd(store->lock_fd()),
        lanes(make_lanes(options)),
        ledger(store->names(), store->last_revision()),
        flusher(std::move(store), sources_of(lanes), ledger, history, turns,
                {std::clamp(options.flush_every, milliseconds(1), kLongestFlush),
                 std::max<std::size_t>(options.batch_rows, 1),
                 {options.keep_requests, options.max_size, options.keep_security,
                  options.keep_health, options.keep_traces, options.max_traces},
                 options.redact,
                 options.version}) {}

  std::string path;
  const int lock_fd;  // the flusher's writer holds it
  std::vector<std::unique_ptr<WorkerLane>> lanes;
  Ledger ledger;
  History history;
  WriteTurns turns;
  Flusher flusher;  // last: its thread uses all of the above
};

Result<std::unique_ptr<Journal>, OpenError> Journal::open(Options options) {
  auto store = store::Writer::open(options.path, options.lock_fd);
  if (!store) return OpenError{store.error().message, store.error().newer_schema};
  // A disk that refuses this is told of with the first rows.
  using Kind = store::ProcessEvent::Kind;
  (*store)->note_process(options.lock_fd < 0 ? Kind::started : Kind::took_over, options.version,
                         SystemClock().unix_now());
  auto state = std::make_unique<State>(options, std::move(*store));
  return std::unique_ptr<Journal>(new Journal(std::move(state)));
}

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Journal::~Journal() = default;

bool Journal::push(std::size_t worker, const RequestRecord& record) {
  assert(worker < state_->lanes.size());
  WorkerLane& lane = *state_->lanes[worker];
  const bool failure = record.status >= 400;
  const std::size_t limit = failure ? lane.ring.capacity() : lane.ring.capacity() / 4 * 3;
  const bool taken = write_frame(lane.ring, record, limit);
  if (!taken) count(failure ? lane.dropped_failures : lane.dropped_successes);
  if (lane.ring.crossed_half()) state_->flusher.wake();
  return taken;
}

bool Journal::push_event(std::size_t worker, const SecurityEvent& event) {
  assert(worker < state_->lanes.size());
  WorkerLane& lane = *state_->lanes[worker];
  const auto now = SystemClock().steady_now().time_since_epoch();
  if (!lane.budget.take(event.kind, std::chrono::duration_cast<seconds>(now).count())) {
    lane.counted.add(event.kind, event.action);
    return true;
  }
  const bool taken = write_event(lane.ring, event, lane.ring.capacity());
  if (!taken) count(lane.dropped_events);
  if (lane.ring.crossed_half()) state_->flusher.wake();
  return taken;
}

bool Journal::takes_trace(std::size_t worker, Decider decider, SteadyTime now) {
  assert(worker < state_->lanes.size());
  WorkerLane& lane = *state_->lanes[worker];
  const auto second = std::chrono::duration_cast<seconds>(now.time_since_epoch()).count();
  if (lane.trace_budget.take(decider, second)) return true;
  count(lane.skipped_traces);
  return false;
}

bool Journal::push_trace(std::size_t worker, const TraceRecord& trace) {
  assert(worker < state_->lanes.size());
  WorkerLane& lane = *state_->lanes[worker];
  const bool taken = write_trace(lane.ring, trace, lane.ring.capacity() / 2);
  if (!taken) count(lane.dropped_traces);
  if (lane.ring.crossed_half()) state_->flusher.wake();
  return taken;
}

NameId Journal::intern(std::string_view name) {
  return state_->ledger.intern(name);
}

std::uint32_t Journal::number_revision(std::string_view sha256_hex, std::string_view by) {
  const std::uint32_t id = state_->ledger.revision(sha256_hex, by, SystemClock().unix_now());
  state_->flusher.wake();
  return id;
}

void Journal::wait_revision(std::uint32_t revision) {
  // A suspended log does not hold up a reload: the row follows when the disk takes it.
  const WriteTurns::Hurry hurry(state_->turns);
  state_->ledger.wait_written(revision, kWaitForRevision);
}

WriteTurns& Journal::turns() {
  return state_->turns;
}

void Journal::set_retention(const store::Retention& retention) {
  state_->flusher.set_retention(retention);
}

void Journal::set_redact(std::vector<std::string> names) {
  state_->flusher.set_redact(names);
}

void Journal::save_limits(store::LimitCounters counters) {
  state_->flusher.save_limits(std::move(counters));
}

bool Journal::wait_limits(milliseconds wait) {
  return state_->flusher.wait_limits(wait);
}

store::LimitCounters Journal::load_limits() const {
  auto reader = store::Reader::open(state_->path);
  if (!reader) return {};
  auto counters = reader->limit_counters();
  return counters ? std::move(*counters) : store::LimitCounters{};
}

bool Journal::record_health(const HealthEvent& event) {
  return state_->history.add({event.time, intern(event.service), intern(event.instance),
                              event.address, event.from, event.to, event.reason});
}

bool Journal::record_breaker(const BreakerEvent& event) {
  const NameId instance = event.instance.empty() ? 0 : intern(event.instance);
  return state_->history.add(store::BreakerChangeRow{event.time, intern(event.service), instance,
                                                     event.from, event.to, event.reason,
                                                     event.requests, event.by});
}

bool Journal::record_check(std::string_view service, std::string_view instance, bool passed,
                           microseconds latency, UnixMicros time) {
  return state_->history.add_check(time, intern(service), intern(instance), passed,
                                   static_cast<std::uint64_t>(latency.count()));
}

void Journal::save_breakers(std::vector<store::SavedBreaker> breakers) {
  state_->history.save(std::move(breakers));
}

std::vector<store::SavedBreaker> Journal::load_breakers() const {
  auto reader = store::Reader::open(state_->path);
  if (!reader) return {};
  auto breakers = reader->breakers();
  return breakers ? std::move(*breakers) : std::vector<store::SavedBreaker>{};
}

JournalStatus Journal::status() const {
  const Flusher::Figures figures = state_->flusher.figures();
  JournalStatus status;
  status.written = figures.written;
  status.dropped_successes = figures.dropped_successes;
  status.dropped_failures = figures.dropped_failures;
  status.events_written = figures.events_written;
  status.events_suppressed = figures.events_counted;
  status.events_dropped = figures.events_dropped;
  status.traces_written = figures.traces_written;
  status.traces_dropped = figures.traces_dropped;
  status.history_dropped = state_->history.dropped();
  status.suspended = figures.suspended;
  status.last_error = figures.last_error;
  bool waiting = false;
  for (const auto& lane : state_->lanes) {
    status.dropped_successes += lane->dropped_successes.load(std::memory_order_relaxed);
    status.dropped_failures += lane->dropped_failures.load(std::memory_order_relaxed);
    status.events_dropped += lane->dropped_events.load(std::memory_order_relaxed);
    status.events_suppressed += lane->counted.total();
    status.traces_dropped += lane->dropped_traces.load(std::memory_order_relaxed);
    status.traces_skipped += lane->skipped_traces.load(std::memory_order_relaxed);
    waiting = waiting || lane->ring.used() > 0;
  }
  const UnixMicros age = SystemClock().unix_now() - figures.caught_up_at;
  if (waiting && age > 0) status.lag_us = static_cast<std::uint64_t>(age);
  return status;
}

std::vector<RecentService> Journal::recent() const {
  const auto [figures, window] = state_->flusher.recent();
  std::vector<RecentService> services;
  for (const RecentFigures& one : figures) {
    services.push_back({state_->ledger.name(one.service), one.requests,
                        static_cast<double>(one.requests) / window, one.p50_us, one.p99_us,
                        one.errors_5xx});
  }
  return services;
}

const std::string& Journal::path() const {
  return state_->path;
}

int Journal::lock_fd() const {
  return state_->lock_fd;
}

}  // namespace gateway::journal
