#pragma once

#include <memory>
#include <optional>

#include "shared/decision/snapshot.h"
#include "shared/policy/cache_store.h"
#include "shared/policy/key_set.h"
#include "shared/policy/rate_limit.h"
#include "shared/policy/threat_scan.h"

namespace gateway::decision {

// What decisions read and write that outlives one request, and a configuration. One for each worker
// and used on its thread alone, but for the table of limits, which all of them share.
class State {
 public:
  // `password_key`: random bytes of this process, under which verified passwords are remembered.
  explicit State(const policy::Sha256& password_key) : passwords(kPasswords, password_key) {}

  // Before the first request of `snapshot`: forgets what was verified by other rules. What is
  // remembered counts for this snapshot alone; a request that began under another one goes without.
  void adopt(const Snapshot& snapshot);
  // The keys of auth.jwt from now on; null when none could be had.
  void use_keys(std::shared_ptr<const policy::KeySet> keys);

  bool remembers_for(const Snapshot& snapshot) const { return &snapshot == adopted_; }

  policy::LimitTable* limits = nullptr;  // null: nothing is counted
  policy::CacheStore* cache = nullptr;    // null: nothing is kept
  policy::Counting counting = policy::Counting::charge;
  policy::TokenCache tokens{0};
  policy::VerifiedPasswords passwords;
  std::optional<policy::IntrospectionCache> introspections;
  std::optional<policy::IntrospectionCache> jwt_introspections;
  policy::ThreatScratch threats;

  const std::shared_ptr<const policy::KeySet>& keys() const { return keys_; }

 private:
  static constexpr std::size_t kPasswords = 1024;       // pairs of user and password
  static constexpr std::size_t kIntrospections = 4096;  // tokens

  const Snapshot* adopted_ = nullptr;
  std::size_t token_entries_ = 0;
  std::shared_ptr<const policy::KeySet> keys_;
};

}  // namespace gateway::decision
