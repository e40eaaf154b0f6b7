#pragma once

#include "gatewayd/journal/journal.h"
#include "shared/decision/snapshot.h"
#include "shared/policy/limit_table.h"

namespace gateway {

// What limits remember: the counters, which outlive a reload and, in the database, a restart, and
// how far adaptive limits are shrunk. Owned by the daemon and used on its thread, but for the
// table, which all workers count in.
class LimitState {
 public:
  // A table of `bytes`, with the counters that the last run left in the journal. `journal`: may be
  // null: nothing is kept then.
  LimitState(std::uint64_t bytes, journal::Journal* journal);

  policy::LimitTable& table() { return table_; }

  // Hands the counters to the journal. What a crash loses is what was counted since.
  void save();

  // Before `snapshot` serves: its limits are as far shrunk as those of the same names are now.
  void carry_over(const decision::Snapshot& snapshot) const;
  // Once a second: shrinks or grows the adaptive limits of `snapshot`.
  void advance(const decision::Snapshot& snapshot, const policy::Load& load);

 private:
  LimitState(std::uint64_t bytes, journal::Journal* journal, const store::LimitCounters& kept);

  journal::Journal* journal_;
  policy::LimitTable table_;
  policy::AdaptiveState adaptive_;
};

// Whether any limit of the snapshot follows the gateway's load.
bool has_adaptive_limits(const decision::Snapshot& snapshot);

}  // namespace gateway
