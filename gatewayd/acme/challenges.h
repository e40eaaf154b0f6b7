#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace gateway::acme {

// Where an authority looks for the proof of a name (RFC 8555 §8.3).
inline constexpr std::string_view kChallengePath = "/.well-known/acme-challenge/";

// The answers to challenges that are under way. Workers read it, the ACME thread writes; any
// thread.
class Challenges {
 public:
  // Whether there are any: asked for each request, so it costs one load.
  bool any() const { return any_.load(std::memory_order_relaxed); }
  // The key authorization of `path`'s token; null: not one of ours.
  std::shared_ptr<const std::string> find(std::string_view path) const;

  void add(const std::string& token, std::string authorization);
  void remove(const std::string& token);

 private:
  std::atomic<bool> any_ = false;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::string>, std::less<>> answers_;  // by token
};

}  // namespace gateway::acme
