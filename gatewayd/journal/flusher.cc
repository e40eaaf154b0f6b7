#include "gatewayd/journal/flusher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "gatewayd/journal/event_frame.h"
#include "gatewayd/journal/frame.h"
#include "gatewayd/journal/trace_frame.h"
#include "gatewayd/journal/yield_to_traffic.h"

namespace gateway::journal {
namespace {

// Rows given to the store at once: few enough that they are still in the cache when SQLite reads
// them and that traffic waits 0.1 ms for them at most, enough that the statement's own cost does
// not matter.
constexpr std::size_t kChunkRows = 64;
constexpr milliseconds kRetryEvery{1000};
constexpr milliseconds kRetainEvery{1000};
constexpr milliseconds kBetweenRetentionSteps{20};

UnixMicros unix_now() {
  return SystemClock().unix_now();
}
SteadyTime steady_now() {
  return SystemClock().steady_now();
}

bool is_failure(std::uint16_t status) {
  return status >= 400;
}

std::vector<const CountedEvents*> counted_of(const std::vector<Flusher::Source>& sources) {
  std::vector<const CountedEvents*> counted;
  for (const Flusher::Source& source : sources) counted.push_back(source.counted);
  return counted;
}

}  // namespace

Flusher::Flusher(std::unique_ptr<store::Writer> store, const std::vector<Source>& sources,
                 Ledger& ledger, History& history, WriteTurns& turns, const Settings& settings)
    : store_(std::move(store)),
      ledger_(ledger),
      history_(history),
      turns_(turns),
      flush_every_(settings.flush_every),
      batch_rows_(settings.batch_rows),
      version_(settings.version),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      rows_(kChunkRows),
      masked_(kChunkRows),
      events_(counted_of(sources)),
      retention_(settings.retention),
      next_redactor_(std::make_shared<const Redactor>(settings.redact)) {
  if (wake_fd_ < 0) std::abort();  // no descriptor left at start-up: nothing would work
  for (const Source& source : sources) lanes_.push_back({source.ring});
  caught_up_at_ = unix_now();
  thread_ = std::thread([this] { run(); });
}

Flusher::~Flusher() {
  stop_ = true;
  wake();
  thread_.join();
  ::close(wake_fd_);
}

void Flusher::wake() {
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the thread is awake.
  [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof(one));
}

void Flusher::run() {
  yield_to_traffic();
  while (!stop_) {
    sleep();
    pass();
  }
  retry_at_ = {};  // a suspended log gets its last chance
  events_.close();
  pass();
  store_->roll_up(unix_now());
  store_->note_process(store::ProcessEvent::Kind::stopped, version_, unix_now());
}

void Flusher::sleep() {
  const milliseconds longest = retain_more_ ? kBetweenRetentionSteps : flush_every_;
  pollfd wait{wake_fd_, POLLIN, 0};
  if (::poll(&wait, 1, static_cast<int>(longest.count())) <= 0) return;
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto read = ::read(wake_fd_, &ignored, sizeof(ignored));
}

// Writes everything the rings hold, in transactions of batch_rows at most.
void Flusher::pass() {
  {
    const std::lock_guard lock(control_);
    redactor_ = next_redactor_;
  }
  now_s_ = steady_seconds();
  if (suspended_ && steady_now() < retry_at_) return hold_back();
  const UnixMicros now = unix_now();
  for (bool more = true; more;) {
    if (write_batch(unix_now(), more)) continue;
    events_.rolled_back();
    traces_.clear();
    suspend();
    return hold_back();
  }
  if (!write_limits() || !write_history(now)) return suspend();
  caught_up_at_ = now;
  if (suspended_) resume();
  if (retain_more_ || steady_now() >= retain_at_) retain(now);
}

bool Flusher::write_batch(UnixMicros now, bool& more) {
  more = false;
  const bool waiting = std::any_of(lanes_.begin(), lanes_.end(),
                                   [](const Lane& lane) { return lane.ring->used() > 0; });
  if (!waiting && !events_.due(now) && !store_->rollups_due(now) && ledger_.pending().empty()) {
    return true;
  }
  const WriteTurns::Batch turn(turns_);
  if (!store_->begin(now)) return false;
  Batch batch;
  for (Lane& lane : lanes_) {
    lane.at = lane.ring->begin();
    append(lane, now, batch);
    if (!batch.ok) return false;
  }
  if (events_.due(now) && !events_.write_summaries(*store_, now)) return false;
  // After the rows: a name was given out before a row could use it, so it is pending by now.
  const Ledger::Pending pending = ledger_.pending();
  if (!write_ledger(pending) || !store_->commit()) return false;
  ledger_.written(pending);
  events_.committed(now);
  for (Lane& lane : lanes_) lane.ring->release(lane.at);
  written_.fetch_add(batch.requests, std::memory_order_relaxed);
  traces_written_.fetch_add(batch.traces, std::memory_order_relaxed);
  more = batch.is_short || batch.frames == batch_rows_;
  return true;
}

// Gives the store what one ring holds, until the batch has batch_rows frames.
void Flusher::append(Lane& lane, UnixMicros now, Batch& batch) {
  while (batch.frames < batch_rows_) {
    const std::size_t room = std::min(batch_rows_ - batch.frames, rows_.size());
    const std::size_t before = batch.frames;
    const std::size_t requests = read_chunk(lane, room, now, batch);
    if (batch.frames == before) return;
    batch.ok = store_->append({rows_.data(), requests}) && events_.write(*store_) &&
               store_->append_traces(traces_);
    batch.traces += traces_.size();
    traces_.clear();
    if (!batch.ok) return;
    batch.requests += requests;
    // The rest comes with the next: somebody waits for this transaction to end.
    if (turns_.is_hurried()) {
      batch.is_short = true;
      return;
    }
    let_traffic_pass();
  }
}

// Reads up to `limit` frames: the requests into rows_, whose number it returns, the events into
// events_, the traces into traces_.
std::size_t Flusher::read_chunk(Lane& lane, std::size_t limit, UnixMicros now, Batch& batch) {
  std::size_t requests = 0;
  const std::lock_guard lock(recent_mutex_);
  for (std::size_t frames = 0; frames < limit; ++frames, ++batch.frames) {
    const std::uint64_t before = lane.at;
    const std::byte* frame = lane.ring->next(lane.at);
    if (frame == nullptr) break;
    if (kind_of(frame) == FrameKind::event) {
      events_.take(read_event(frame), now);
      continue;
    }
    if (kind_of(frame) == FrameKind::trace) {
      traces_.push_back(read_trace(frame));
      continue;
    }
    store::RequestRow& row = rows_[requests];
    row = read_frame(frame);
    row.query = redactor_->mask(row.query, masked_[requests]);
    count_recent(lane, before, lane.at, row);
    ++requests;
  }
  return requests;
}

// The counters are written after the rows, in a transaction of their own; those that the disk
// refuses wait unless newer ones came.
bool Flusher::write_limits() {
  std::optional<store::LimitCounters> limits;
  {
    const std::lock_guard lock(control_);
    limits.swap(limits_);
    writes_limits_ = limits.has_value();
  }
  if (!limits) return true;
  const WriteTurns::Batch turn(turns_);
  const bool written = store_->save_limit_counters(*limits);
  const std::lock_guard lock(control_);
  writes_limits_ = false;
  if (!written && !limits_) limits_ = std::move(limits);
  limits_written_.notify_all();
  return written;
}

bool Flusher::wait_limits(milliseconds wait) {
  wake();
  std::unique_lock lock(control_);
  return limits_written_.wait_for(lock, wait, [this] { return !limits_ && !writes_limits_; });
}

bool Flusher::write_history(UnixMicros now) {
  History::Pending pending = history_.take(now, stop_);
  if (pending.empty()) return true;
  const WriteTurns::Batch turn(turns_);
  const bool changes =
      !pending.health.empty() || !pending.breakers.empty() || !pending.checks.empty();
  const bool written = !changes || write_changes(pending, now);
  if (written) {
    pending.health.clear();
    pending.breakers.clear();
    pending.checks.clear();
  }
  if (written && (!pending.saved || store_->save_breakers(*pending.saved))) return true;
  history_.put_back(std::move(pending));
  return false;
}

bool Flusher::write_changes(const History::Pending& pending, UnixMicros now) {
  // After the rows were taken out: their names are known to the ledger by now.
  const Ledger::Pending names = ledger_.pending();
  if (!store_->begin(now) || !write_ledger(names) || !store_->append_health(pending.health) ||
      !store_->append_breakers(pending.breakers) || !store_->add_checks(pending.checks) ||
      !store_->commit()) {
    return false;
  }
  ledger_.written(names);
  return true;
}

bool Flusher::write_ledger(const Ledger::Pending& pending) {
  for (const auto& [id, name] : pending.names) {
    if (!store_->add_name(id, name)) return false;
  }
  for (const store::Revision& revision : pending.revisions) {
    if (!store_->add_revision(revision)) return false;
  }
  return true;
}

// Frames of a transaction that failed come again; they count once. Holds recent_mutex_.
void Flusher::count_recent(Lane& lane, std::uint64_t before, std::uint64_t after,
                           const store::RequestRow& row) {
  if (before < lane.seen) return;
  lane.seen = after;
  recent_.add(now_s_, row.service, row.status, row.total_us);
}

void Flusher::suspend() {
  suspended_ = true;
  retry_at_ = steady_now() + kRetryEvery;
  const std::lock_guard lock(control_);
  last_error_ = store_->error();
}

void Flusher::resume() {
  suspended_ = false;
  const std::lock_guard lock(control_);
  last_error_.clear();
}

// While suspended: counts new rows for the last minute, and drops the oldest beyond half a ring.
void Flusher::hold_back() {
  for (Lane& lane : lanes_) {
    const std::lock_guard lock(recent_mutex_);
    std::uint64_t position = std::max(lane.seen, lane.ring->begin());
    for (std::uint64_t before = position; const std::byte* frame = lane.ring->next(position);
         before = position) {
      if (kind_of(frame) != FrameKind::request) continue;
      count_recent(lane, before, position, read_frame(frame));
    }
    std::uint64_t oldest = lane.ring->begin();
    while (position - oldest > lane.ring->capacity() / 2) {
      const std::byte* frame = lane.ring->next(oldest);
      if (frame == nullptr) break;
      count_dropped(frame);
    }
    lane.ring->release(oldest);
  }
}

void Flusher::count_dropped(const std::byte* frame) {
  auto& dropped = kind_of(frame) == FrameKind::event     ? dropped_events_
                  : kind_of(frame) == FrameKind::trace   ? dropped_traces_
                  : is_failure(read_frame(frame).status) ? dropped_failures_
                                                         : dropped_successes_;
  dropped.fetch_add(1, std::memory_order_relaxed);
}

void Flusher::retain(UnixMicros now) {
  store::Retention retention;
  {
    const std::lock_guard lock(control_);
    retention = retention_;
  }
  const WriteTurns::Batch turn(turns_);
  retain_more_ = store_->retain(now, retention);
  retain_at_ = steady_now() + kRetainEvery;
}

void Flusher::set_retention(const store::Retention& retention) {
  const std::lock_guard lock(control_);
  retention_ = retention;
}

void Flusher::save_limits(store::LimitCounters counters) {
  const std::lock_guard lock(control_);
  limits_ = std::move(counters);
}

void Flusher::set_redact(const std::vector<std::string>& names) {
  auto redactor = std::make_shared<const Redactor>(names);
  const std::lock_guard lock(control_);
  next_redactor_ = std::move(redactor);
}

Flusher::Figures Flusher::figures() const {
  Figures figures;
  figures.written = written_.load(std::memory_order_relaxed);
  figures.dropped_successes = dropped_successes_.load(std::memory_order_relaxed);
  figures.dropped_failures = dropped_failures_.load(std::memory_order_relaxed);
  figures.events_written = events_.written();
  figures.events_counted = events_.counted();
  figures.events_dropped = dropped_events_.load(std::memory_order_relaxed);
  figures.traces_written = traces_written_.load(std::memory_order_relaxed);
  figures.traces_dropped = dropped_traces_.load(std::memory_order_relaxed);
  figures.caught_up_at = caught_up_at_;
  figures.suspended = suspended_;
  const std::lock_guard lock(control_);
  figures.last_error = last_error_;
  return figures;
}

std::pair<std::vector<RecentFigures>, double> Flusher::recent() const {
  const std::int64_t now_s = steady_seconds();
  const std::int64_t whole =
      RecentWindow::kSlotSeconds * static_cast<std::int64_t>(RecentWindow::kSlots - 1) +
      now_s % RecentWindow::kSlotSeconds;
  const double alive = std::chrono::duration<double>(steady_now() - started_).count();
  const double window = std::clamp(alive, 1.0, static_cast<double>(whole) + 1.0);
  const std::lock_guard lock(recent_mutex_);
  return {recent_.figures(now_s), window};
}

std::int64_t Flusher::steady_seconds() const {
  return std::chrono::duration_cast<seconds>(steady_now().time_since_epoch()).count();
}

}  // namespace gateway::journal
