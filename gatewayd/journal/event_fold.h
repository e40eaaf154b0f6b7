#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "shared/base/clock.h"
#include "shared/store/security_row.h"

namespace gateway::journal {

// Events of one kind, action, rule and client within kFoldWindow are alike. The first kAlikeKept of
// them are kept one by one; the rest become one row with their number when the window is over.
inline constexpr std::uint32_t kAlikeKept = 10;
inline constexpr seconds kFoldWindow{60};
// Runs of alike events that are followed at once, some 400 bytes each; where there are more, the
// events of the others are kept one by one.
inline constexpr std::size_t kMaxFolds = 4096;

// Keeps a flood of alike events from filling the disk. What is decided holds from commit() on and
// is taken back by roll_back(), so that events which come again after a failed transaction are not
// counted twice. One thread.
class EventFold {
 public:
  // Whether to keep this event; otherwise it is counted.
  bool keep(const store::SecurityRow& event, UnixMicros now);

  // `count` events of a kind were counted elsewhere. Holds at once.
  void add_counted(Decider kind, store::SecurityAction action, std::uint64_t count, UnixMicros now);

  // Whether summaries() would have any.
  bool due(UnixMicros now, bool all) const;

  // A row for each window that is over, or for each there is; its views live until commit().
  void summaries(UnixMicros now, bool all, std::vector<store::SecurityRow>& out);

  void commit(UnixMicros now);
  void roll_back();

  std::size_t size() const { return folds_.size(); }

 private:
  struct Fold {
    Decider kind = Decider::internal;
    store::SecurityAction action = store::SecurityAction::blocked;
    std::string rule;
    std::string client;
    std::string detail;         // of the summary
    UnixMicros since = 0;       // when the window began
    std::uint32_t kept = 0;     // of it
    std::uint64_t counted = 0;  // not kept
    UnixMicros last = 0;        // when the last of these was decided
    bool given_out = false;     // in a summary that is not committed yet
  };
  struct Taken {
    Fold* fold;
    bool kept;
  };

  static bool over(const Fold& fold, UnixMicros now);
  Fold* find(const store::SecurityRow& event, UnixMicros now);

  std::unordered_map<std::string, Fold> folds_;
  std::vector<Taken> taken_;  // since the last commit
  std::string key_;           // of the last find()
};

}  // namespace gateway::journal
