#include "gatewayd/journal/access_log.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "gatewayd/journal/yield_to_traffic.h"
#include "shared/base/clock.h"

namespace gateway::journal {
namespace {

// How long a line waits for others: a worker that woke the thread for each would pay for it.
constexpr milliseconds kEvery{50};
constexpr std::size_t kMostAtOnce = 64u << 10;  // bytes of lines in one write

std::int64_t steady_micros() {
  return std::chrono::duration_cast<microseconds>(SystemClock().steady_now().time_since_epoch())
      .count();
}

}  // namespace

AccessLog::Figures& AccessLog::Figures::operator+=(const Figures& other) {
  written += other.written;
  dropped += other.dropped;
  return *this;
}

Result<Outlet, LogError> AccessLog::open_target(const std::string& to) {
  if (to == "stdout") return Outlet(STDOUT_FILENO, /*owned=*/false);
  return Outlet::open_file(to, "[log] access");
}

Result<std::unique_ptr<AccessLog>, LogError> AccessLog::open(Settings settings,
                                                             std::size_t workers) {
  auto outlet = open_target(settings.to);
  if (!outlet.ok()) return outlet.error();
  return std::unique_ptr<AccessLog>(
      new AccessLog(std::move(settings), workers, std::move(*outlet)));
}

AccessLog::AccessLog(Settings settings, std::size_t workers, Outlet outlet)
    : settings_(std::move(settings)), redactor_(settings_.redact), outlet_(std::move(outlet)) {
  for (std::size_t i = 0; i < workers; ++i) {
    lanes_.push_back(std::make_unique<Lane>(settings_.queue));
  }
  thread_ = std::thread([this] { run(); });
}

AccessLog::~AccessLog() {
  finish();
}

bool AccessLog::push(std::size_t worker, const AccessRecord& record) {
  Lane& lane = *lanes_[worker];
  if (write_access(lane.ring, record)) return true;
  lane.dropped.store(lane.dropped.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return false;
}

Result<bool, LogError> AccessLog::reopen() {
  if (settings_.to == "stdout") return true;
  auto outlet = open_target(settings_.to);
  if (!outlet.ok()) return outlet.error();
  const std::lock_guard lock(mutex_);
  next_ = std::move(*outlet);
  reopening_ = true;
  stirred_.notify_all();
  return true;
}

void AccessLog::end() {
  const std::lock_guard lock(mutex_);
  if (ending_) return;
  ending_ = true;
  end_at_ = steady_micros() + microseconds(kLastWords).count();
  stirred_.notify_all();
}

bool AccessLog::has_ended() const {
  const std::lock_guard lock(mutex_);
  return has_ended_;
}

void AccessLog::finish() {
  if (!thread_.joinable()) return;
  end();
  thread_.join();
}

AccessLog::Figures AccessLog::figures() const {
  Figures figures{written_, dropped_};
  for (const auto& lane : lanes_) figures.dropped += lane->dropped.load(std::memory_order_relaxed);
  return figures;
}

bool AccessLog::is_late() const {
  const std::int64_t end_at = end_at_;
  return end_at != 0 && steady_micros() > end_at;
}

void AccessLog::run() {
  yield_to_traffic();
  while (sleep()) pass();
  pass();
  std::string left;
  for (std::uint64_t count = 1; count > 0; dropped_ += count) {
    left.clear();
    count = 0;
    collect(left, count);
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
}

bool AccessLog::sleep() {
  std::unique_lock lock(mutex_);
  stirred_.wait_for(lock, kEvery, [this] { return ending_ || next_; });
  if (next_) {
    outlet_ = std::move(*next_);
    next_.reset();
    reopening_ = false;
  }
  return !ending_;
}

// Writes what the rings hold. A target that takes nothing is given up for a file that takes its
// place, and for the end.
void AccessLog::pass() {
  std::string lines;
  for (;;) {
    lines.clear();
    std::uint64_t count = 0;
    collect(lines, count);
    if (count == 0) return;
    const bool written = outlet_.write(lines, [this] { return reopening_ || is_late(); });
    (written ? written_ : dropped_) += count;
    if (!written) return;
  }
}

void AccessLog::collect(std::string& lines, std::uint64_t& count) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Ring& ring = lanes_[(turn_ + i) % lanes_.size()]->ring;
    std::uint64_t at = ring.begin();
    while (lines.size() < kMostAtOnce) {
      const std::byte* frame = ring.next(at);
      if (frame == nullptr) break;
      append_access_line(frame, redactor_, lines);
      ++count;
    }
    ring.release(at);
  }
  ++turn_;
}

}  // namespace gateway::journal
