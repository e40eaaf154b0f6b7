#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/config/model.h"
#include "shared/policy/key_set.h"

namespace gateway::proxy {

// The keys of auth.jwt: those of files, as they were read with the config, and those of jwks_url,
// fetched again and again. While the address does not answer, the last good set stays. Shared by
// the daemon and its workers; any thread.
class KeySource {
 public:
  using Keys = std::vector<policy::VerificationKey::Pointer>;
  // Tells a person of a fetch that failed or of keys that were left out.
  using Say = std::function<void(const std::string&)>;

  // Two fetches are at least this far apart, whatever tokens ask for.
  static constexpr auto kMinInterval = 10s;
  // After a failure it is tried again this soon.
  static constexpr auto kRetryAfter = 10s;

  // `before`: the source of the config before, or null; what it fetched is taken over when the
  // address is the same.
  KeySource(const config::JwtAuth& auth, Keys from_files, const KeySource* before, Say say);

  // Null while there is none at all.
  std::shared_ptr<const policy::KeySet> current() const;

  // Whether the set is to be fetched ahead of time at `now`.
  bool is_due(SteadyTime now) const;
  // Whether fetch() would do nothing: the set was asked for less than kMinInterval ago, and no
  // answer is awaited.
  bool is_settled(SteadyTime now) const;
  // Fetches the set, blocking, until `stop`; nothing when that was done less than kMinInterval ago.
  // Callers at the same time wait for one fetch. For Offload's threads.
  void fetch(const std::stop_token& stop);

 private:
  void take(const std::string& text);

  const std::string url_;  // empty: nothing is fetched
  const milliseconds refresh_;
  const Keys from_files_;
  const Say say_;
  std::mutex fetching_;
  mutable std::mutex mutex_;  // guards what follows
  Keys fetched_;
  std::shared_ptr<const policy::KeySet> current_;
  bool fetching_now_ = false;
  SteadyTime tried_{};
  SteadyTime due_{};
};

}  // namespace gateway::proxy
