#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "shared/base/clock.h"

namespace gateway::journal {

// Who writes to the database next, when both the log's writer and somebody with one short
// transaction want to: the latter, as a person waits for it. SQLite itself would have it ask again
// and again while the writer, which stands back behind traffic, fills a batch. Only what is asked
// for here is heeded; the lock that keeps the file whole is SQLite's. Any thread.
class WriteTurns {
 public:
  // `patience`: how long one waits for another at most.
  explicit WriteTurns(milliseconds patience = milliseconds(200)) : patience_(patience) {}

  // The log's writer, around a transaction of its own. Waits for whoever is about to write, though
  // not for long.
  class Batch {
   public:
    explicit Batch(WriteTurns& turns);
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

   private:
    WriteTurns& turns_;
  };

  // One short transaction. Waits until the writer has ended what it had begun, though not for long.
  class Brief {
   public:
    explicit Brief(WriteTurns& turns);
    ~Brief();
    Brief(const Brief&) = delete;
    Brief& operator=(const Brief&) = delete;

   private:
    WriteTurns& turns_;
  };

  // While it lives, somebody waits for what the writer is to write.
  class Hurry {
   public:
    explicit Hurry(WriteTurns& turns) : turns_(turns) { ++turns_.hurried_; }
    ~Hurry() { --turns_.hurried_; }
    Hurry(const Hurry&) = delete;
    Hurry& operator=(const Hurry&) = delete;

   private:
    WriteTurns& turns_;
  };

  // Whether the writer should end its transaction as soon as it can.
  bool is_hurried() const { return hurried_.load(std::memory_order_relaxed) > 0; }

 private:
  const milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool batch_ = false;  // the log's writer is at it
  int briefs_ = 0;      // that wait or write
  std::atomic<int> hurried_{0};
};

}  // namespace gateway::journal
