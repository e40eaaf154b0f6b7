#include "gatewayd/journal/ledger.h"

#include <algorithm>

namespace gateway::journal {

Ledger::Ledger(const Names& names, store::Revision last) : last_(std::move(last)) {
  for (const auto& [id, name] : names) {
    ids_.emplace(name, id);
    names_.emplace(id, name);
  }
}

NameId Ledger::intern(std::string_view name) {
  name = name.substr(0, kMaxName);
  if (name.empty()) return 0;
  const std::lock_guard lock(mutex_);
  if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
  if (names_.size() >= kMaxNames) return 0;
  const NameId id = names_.empty() ? 1 : names_.rbegin()->first + 1;
  ids_.emplace(name, id);
  names_.emplace(id, name);
  pending_.names.emplace_back(id, name);
  return id;
}

std::string Ledger::name(NameId id) const {
  const std::lock_guard lock(mutex_);
  const auto known = names_.find(id);
  return known == names_.end() ? std::string() : known->second;
}

std::uint32_t Ledger::revision(std::string_view sha256_hex, std::string_view by, UnixMicros now) {
  const std::lock_guard lock(mutex_);
  if (last_.id != 0 && last_.sha256 == sha256_hex) return last_.id;
  last_ = {last_.id + 1, std::string(sha256_hex), now, std::string(by)};
  pending_.revisions.push_back(last_);
  return last_.id;
}

bool Ledger::wait_written(std::uint32_t id, milliseconds wait) {
  std::unique_lock lock(mutex_);
  return written_.wait_for(lock, wait, [&] {
    return std::none_of(pending_.revisions.begin(), pending_.revisions.end(),
                        [&](const store::Revision& revision) { return revision.id == id; });
  });
}

Ledger::Pending Ledger::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_;
}

void Ledger::written(const Pending& done) {
  const std::lock_guard lock(mutex_);
  const auto forget = [](auto& list, std::size_t count) {
    list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count));
  };
  forget(pending_.names, done.names.size());
  forget(pending_.revisions, done.revisions.size());
  written_.notify_all();
}

}  // namespace gateway::journal
