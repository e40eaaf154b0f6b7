#include "gatewayd/journal/event_batch.h"

#include "shared/base/decider.h"

namespace gateway::journal {

EventBatch::EventBatch(std::vector<const CountedEvents*> counted) {
  for (const CountedEvents* events : counted) {
    sources_.push_back(
        {events, std::vector<std::uint64_t>(all_deciders().size() * CountedEvents::kActions)});
  }
}

void EventBatch::take(const store::SecurityRow& event, UnixMicros now) {
  if (fold_.keep(event, now)) {
    rows_.push_back(event);
    ++kept_;
  } else {
    ++folded_;
  }
}

bool EventBatch::write(store::Writer& store) {
  if (rows_.empty()) return true;
  const bool done = store.append_events(rows_);
  rows_.clear();
  return done;
}

// What the workers counted since the last look.
void EventBatch::collect(UnixMicros now) {
  for (Source& source : sources_) {
    std::size_t at = 0;
    for (const DeciderInfo& decider : all_deciders()) {
      for (const auto action : {store::SecurityAction::blocked, store::SecurityAction::observed}) {
        std::uint64_t& seen = source.seen[at++];
        const std::uint64_t count = source.events->count(decider.decider, action);
        if (count == seen) continue;
        fold_.add_counted(decider.decider, action, count - seen, now);
        seen = count;
      }
    }
  }
}

bool EventBatch::due(UnixMicros now) {
  collect(now);
  return fold_.due(now, closing_);
}

bool EventBatch::write_summaries(store::Writer& store, UnixMicros now) {
  rows_.clear();
  fold_.summaries(now, closing_, rows_);
  return write(store);
}

void EventBatch::committed(UnixMicros now) {
  fold_.commit(now);
  written_.fetch_add(kept_, std::memory_order_relaxed);
  counted_.fetch_add(folded_, std::memory_order_relaxed);
  kept_ = folded_ = 0;
}

void EventBatch::rolled_back() {
  fold_.roll_back();
  rows_.clear();
  kept_ = folded_ = 0;
}

}  // namespace gateway::journal
