#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "shared/base/ip.h"

namespace gateway::decision {

// What a decision is about: the label that explain prints before it.
enum class Stage : std::uint8_t {
  networks,
  route,
  cors,
  request,
  threats,
  limit,
  auth,
  access,
  csrf,
  answer,
  cache,
};

enum class Verdict : std::uint8_t {
  passed,
  refused,   // ends the request
  observed,  // would have been refused, were the policy not set to observe
  answered,  // the gateway answers, and that is no refusal
};

// One decision as it was taken. The views live as long as the snapshot or the exchange.
struct Step {
  Stage stage = Stage::route;
  Verdict verdict = Verdict::passed;
  const char* why = "";     // a static sentence
  std::string_view rule;    // the rule's name or id; may be empty
  std::string_view detail;  // what the request had: an address, an origin, an excerpt; may be empty
  const Cidr* network = nullptr;  // networks: the prefix that decided; null: none matched
};

// Every decision about one request in its order. Inline memory; what passes kMost is only counted.
class Trace {
 public:
  static constexpr std::size_t kMost = 32;

  void add(const Step& step) {
    if (count_ < kMost) {
      steps_[count_++] = step;
    } else {
      ++left_out_;
    }
  }
  void clear() { count_ = left_out_ = 0; }
  std::span<const Step> steps() const { return {steps_.data(), count_}; }
  std::size_t left_out() const { return left_out_; }

  // Calls `move(view)` for what each step has of the request, whose memory is about to move.
  template <class Move>
  void move_details(const Move& move) {
    for (std::size_t i = 0; i < count_; ++i) move(steps_[i].detail);
  }

 private:
  std::array<Step, kMost> steps_;
  std::size_t count_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace gateway::decision
