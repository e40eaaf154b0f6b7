#include "gatewayd/journal/event_fold.h"

#include <fmt/format.h>

#include <algorithm>

namespace gateway::journal {
namespace {

constexpr UnixMicros kWindow = std::chrono::duration_cast<microseconds>(kFoldWindow).count();

}  // namespace

// A clock that was set back ends a window as well.
bool EventFold::over(const Fold& fold, UnixMicros now) {
  return now - fold.since >= kWindow || now < fold.since;
}

EventFold::Fold* EventFold::find(const store::SecurityRow& event, UnixMicros now) {
  key_.clear();
  key_.push_back(static_cast<char>(event.kind));
  key_.push_back(static_cast<char>(event.action));
  key_.append(event.rule).push_back('\0');
  key_.append(event.client);
  if (const auto found = folds_.find(key_); found != folds_.end()) return &found->second;
  if (folds_.size() >= kMaxFolds) return nullptr;
  Fold& fold = folds_[key_];
  fold.kind = event.kind;
  fold.action = event.action;
  fold.rule = event.rule;
  fold.client = event.client;
  fold.since = now;
  return &fold;
}

bool EventFold::keep(const store::SecurityRow& event, UnixMicros now) {
  Fold* fold = find(event, now);
  if (fold == nullptr) return true;
  if (fold->counted == 0 && over(*fold, now)) {
    fold->since = now;
    fold->kept = 0;
  }
  const bool keep = fold->kept < kAlikeKept;
  if (keep) {
    ++fold->kept;
  } else {
    ++fold->counted;
    fold->last = event.time;
  }
  taken_.push_back({fold, keep});
  return keep;
}

void EventFold::add_counted(Decider kind, store::SecurityAction action, std::uint64_t count,
                            UnixMicros now) {
  store::SecurityRow any;
  any.kind = kind;
  any.action = action;
  Fold* fold = find(any, now);
  // Beyond kMaxFolds too, of which that makes two more a kind at most: a count is never lost.
  if (fold == nullptr) fold = &folds_[key_];
  if (fold->counted == 0) fold->since = now;
  fold->kind = kind;
  fold->action = action;
  fold->counted += count;
  fold->last = now;
}

bool EventFold::due(UnixMicros now, bool all) const {
  return std::any_of(folds_.begin(), folds_.end(), [&](const auto& entry) {
    return entry.second.counted > 0 && (all || over(entry.second, now));
  });
}

void EventFold::summaries(UnixMicros now, bool all, std::vector<store::SecurityRow>& out) {
  for (auto& [key, fold] : folds_) {
    if (fold.counted == 0 || !(all || over(fold, now))) continue;
    fold.given_out = true;
    fold.detail = fmt::format("suppressed {}", fold.counted);
    store::SecurityRow row;
    row.time = fold.last;
    row.kind = fold.kind;
    row.action = fold.action;
    row.count = fold.counted;
    row.rule = fold.rule;
    row.client = fold.client;
    row.detail = fold.detail;
    out.push_back(row);
  }
}

void EventFold::commit(UnixMicros now) {
  taken_.clear();
  std::erase_if(folds_, [&](const auto& entry) {
    const Fold& fold = entry.second;
    return fold.given_out || (fold.counted == 0 && over(fold, now));
  });
}

void EventFold::roll_back() {
  for (const Taken& one : taken_) {
    if (one.kept) {
      if (one.fold->kept > 0) --one.fold->kept;
    } else if (one.fold->counted > 0) {
      --one.fold->counted;
    }
  }
  taken_.clear();
  for (auto& [key, fold] : folds_) fold.given_out = false;
}

}  // namespace gateway::journal
