#include "gatewayd/acme/challenges.h"

namespace gateway::acme {

std::shared_ptr<const std::string> Challenges::find(std::string_view path) const {
  if (!path.starts_with(kChallengePath)) return nullptr;
  const std::string_view token = path.substr(kChallengePath.size());
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find(token);
  return found == answers_.end() ? nullptr : found->second;
}

void Challenges::add(const std::string& token, std::string authorization) {
  const std::lock_guard lock(mutex_);
  answers_[token] = std::make_shared<const std::string>(std::move(authorization));
  any_.store(true, std::memory_order_relaxed);
}

void Challenges::remove(const std::string& token) {
  const std::lock_guard lock(mutex_);
  answers_.erase(token);
  any_.store(!answers_.empty(), std::memory_order_relaxed);
}

}  // namespace gateway::acme
