#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "gatewayd/journal/event_budget.h"
#include "gatewayd/journal/event_fold.h"
#include "shared/store/writer.h"

namespace gateway::journal {

// The security events of the transaction that the journal's thread writes: which are kept, and rows
// for those that are only counted. That thread's own, but for the figures.
class EventBatch {
 public:
  // What each worker counted; must outlive this.
  explicit EventBatch(std::vector<const CountedEvents*> counted);

  // One event; its views must live until write().
  void take(const store::SecurityRow& event, UnixMicros now);
  // Gives what was taken to the store. False when that refuses.
  bool write(store::Writer& store);

  // Whether there are rows for counted events to write.
  bool due(UnixMicros now);
  // Writes them. Nothing is taken between this and the end of the transaction.
  bool write_summaries(store::Writer& store, UnixMicros now);
  // From now on without waiting for the end of a window: for a clean close.
  void close() { closing_ = true; }

  void committed(UnixMicros now);
  void rolled_back();

  // Any thread. Events that have a row of their own, and those counted by this thread.
  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }
  std::uint64_t counted() const { return counted_.load(std::memory_order_relaxed); }

 private:
  struct Source {
    const CountedEvents* events;
    std::vector<std::uint64_t> seen;  // of each kind and action
  };
  void collect(UnixMicros now);

  std::vector<Source> sources_;
  EventFold fold_;
  std::vector<store::SecurityRow> rows_;
  bool closing_ = false;
  std::uint64_t kept_ = 0;    // of this transaction
  std::uint64_t folded_ = 0;  // of this transaction
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> counted_{0};
};

}  // namespace gateway::journal
