#include "gatewayd/journal/write_turns.h"

namespace gateway::journal {

WriteTurns::Batch::Batch(WriteTurns& turns) : turns_(turns) {
  std::unique_lock lock(turns_.mutex_);
  turns_.changed_.wait_for(lock, turns_.patience_, [this] { return turns_.briefs_ == 0; });
  turns_.batch_ = true;
}

WriteTurns::Batch::~Batch() {
  const std::lock_guard lock(turns_.mutex_);
  turns_.batch_ = false;
  turns_.changed_.notify_all();
}

WriteTurns::Brief::Brief(WriteTurns& turns) : turns_(turns) {
  const Hurry hurry(turns_);
  std::unique_lock lock(turns_.mutex_);
  ++turns_.briefs_;
  turns_.changed_.wait_for(lock, turns_.patience_, [this] { return !turns_.batch_; });
}

WriteTurns::Brief::~Brief() {
  const std::lock_guard lock(turns_.mutex_);
  --turns_.briefs_;
  turns_.changed_.notify_all();
}

}  // namespace gateway::journal
