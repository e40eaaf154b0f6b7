#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace gateway::net {

// The OCSP answer that goes with a certificate. It may be replaced while handshakes use it. Any
// thread.
class Staple {
 public:
  // Null: there is none now.
  std::shared_ptr<const std::string> answer() const {
    const std::lock_guard lock(mutex_);
    return answer_;
  }
  // In DER; empty: none.
  void set(std::string answer) {
    auto next = answer.empty() ? nullptr : std::make_shared<const std::string>(std::move(answer));
    const std::lock_guard lock(mutex_);
    answer_ = std::move(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const std::string> answer_;
};

}  // namespace gateway::net
