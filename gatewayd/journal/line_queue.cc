#include "gatewayd/journal/line_queue.h"

#include <algorithm>
#include <utility>

namespace gateway::journal {

LineQueue::LineQueue(Outlet outlet, std::size_t most) : most_(most), outlet_(std::move(outlet)) {
  thread_ = std::thread([this] { run(); });
}

LineQueue::~LineQueue() {
  flush(kLastWords);
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    give_up_ = true;
    stirred_.notify_all();
  }
  thread_.join();
}

bool LineQueue::add(std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + line.size() > most_) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  waiting_.append(line);
  ++lines_;
  stirred_.notify_all();
  return true;
}

void LineQueue::replace(Outlet outlet) {
  flush(kLastWords);
  std::unique_lock lock(mutex_);
  next_ = std::move(outlet);
  give_up_ = true;
  stirred_.notify_all();
  written_.wait(lock, [this] { return !next_; });
}

bool LineQueue::flush(milliseconds wait) {
  std::unique_lock lock(mutex_);
  return written_.wait_for(lock, wait, [this] { return waiting_.empty() && !busy_; });
}

void LineQueue::run() {
  std::string lines;
  std::unique_lock lock(mutex_);
  for (;;) {
    stirred_.wait(lock, [this] { return ending_ || next_ || !waiting_.empty(); });
    if (next_) {
      outlet_ = std::move(*next_);
      next_.reset();
      give_up_ = false;
      written_.notify_all();
      continue;
    }
    if (ending_) return;
    lines.clear();
    std::swap(lines, waiting_);
    const std::size_t count = std::exchange(lines_, 0);
    busy_ = true;
    lock.unlock();
    const bool written = outlet_.write(lines, [this] { return give_up_.load(); });
    lock.lock();
    busy_ = false;
    if (!written) dropped_.fetch_add(count, std::memory_order_relaxed);
    written_.notify_all();
  }
}

}  // namespace gateway::journal
