#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "gatewayd/journal/outlet.h"
#include "shared/base/clock.h"

namespace gateway::journal {

// Lines on their way to a target that may be slow: whoever adds one never waits for it, one thread
// writes. Bounded: what finds no room is dropped and counted. Thread-safe.
class LineQueue {
 public:
  // `most`: bytes that wait at most.
  LineQueue(Outlet outlet, std::size_t most);
  ~LineQueue();  // writes what waits, for kLastWords at most
  LineQueue(const LineQueue&) = delete;
  LineQueue& operator=(const LineQueue&) = delete;

  // `line` ends with its line end. False: there was no room.
  bool add(std::string_view line);

  // Lines go there from now on; those before, if the target takes them within kLastWords, where
  // they were meant to go.
  void replace(Outlet outlet);

  // Until all that was added is written, `wait` at most. True when it is.
  bool flush(milliseconds wait);

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

  static constexpr milliseconds kLastWords{500};

 private:
  void run();

  const std::size_t most_;
  mutable std::mutex mutex_;  // guards what follows, but the counter
  std::condition_variable stirred_;
  std::condition_variable written_;
  std::string waiting_;
  std::size_t lines_ = 0;       // in waiting_
  std::optional<Outlet> next_;  // takes outlet_'s place
  bool busy_ = false;           // the thread is writing
  bool ending_ = false;
  std::atomic<bool> give_up_{false};  // what is being written
  std::atomic<std::uint64_t> dropped_{0};
  Outlet outlet_;  // the thread's own
  std::thread thread_;
};

}  // namespace gateway::journal
