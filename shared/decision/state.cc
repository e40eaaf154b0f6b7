#include "shared/decision/state.h"

namespace gateway::decision {
namespace {

void remake(std::optional<policy::IntrospectionCache>& cache, std::size_t entries,
            const config::Introspection* ask) {
  cache.reset();
  if (ask != nullptr) cache.emplace(entries, ask->cache, ask->last_known_when_down);
}

}  // namespace

void State::adopt(const Snapshot& snapshot) {
  if (&snapshot == adopted_) return;
  adopted_ = &snapshot;
  const config::Auth& auth = snapshot.config.auth;
  const std::size_t entries = auth.jwt ? auth.jwt->cache_entries : 0;
  if (entries != token_entries_) tokens = policy::TokenCache(entries);
  token_entries_ = entries;
  const bool asks = auth.jwt && auth.jwt->introspect;
  remake(jwt_introspections, kIntrospections, asks ? &*auth.jwt->introspect : nullptr);
  remake(introspections, kIntrospections, auth.introspect ? &auth.introspect->ask : nullptr);
  if (snapshot.auth.basic) passwords.use_generation(snapshot.auth.basic->generation());
  use_keys(keys_);
}

void State::use_keys(std::shared_ptr<const policy::KeySet> keys) {
  keys_ = std::move(keys);
  if (adopted_ == nullptr || !adopted_->auth.jwt || keys_ == nullptr) return;
  tokens.use_generation(adopted_->auth.jwt->generation(*keys_));
}

}  // namespace gateway::decision
