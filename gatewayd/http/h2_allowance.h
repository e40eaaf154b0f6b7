#pragma once

#include <algorithm>
#include <cstdint>

#include "shared/base/clock.h"

namespace gateway::http {

// How much of something that costs the peer little a connection takes of it: `a_second` in a second
// and, after a quieter time, at most twice that at once.
class H2Allowance {
 public:
  H2Allowance(std::uint32_t a_second, SteadyTime now)
      : most_(a_second), left_(a_second), filled_(now) {}

  // False: it is used up.
  bool take(SteadyTime now) {
    if (left_ == 0) refill(now);
    if (left_ == 0) return false;
    --left_;
    return true;
  }

  // Gives some back: what the peer sends is an answer to what it was sent.
  void earn(std::uint32_t count) { left_ = std::min(most_, left_ + count); }

 private:
  // Looked at only when there is nothing left, so that an ordinary frame costs no arithmetic.
  void refill(SteadyTime now) {
    if (now - filled_ < 1s) return;
    filled_ = now;
    left_ = most_;
  }

  std::uint32_t most_;
  std::uint32_t left_;
  SteadyTime filled_;
};

}  // namespace gateway::http
