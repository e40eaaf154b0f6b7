#pragma once

#include <array>
#include <mutex>

#include "gatewayd/proxy/builtin_pages.h"

namespace gateway {

class Daemon;

// Puts together what the built-in endpoints answer. One page at a time is made; whoever asked
// before its making began shares it, and on the public listeners, where anyone may ask, so does
// whoever asks soon after: see kShare. Any thread but a worker's.
class Pages final : public proxy::BuiltinPages {
 public:
  explicit Pages(const Daemon& daemon) : daemon_(daemon) {}

  std::shared_ptr<const std::string> page(decision::Builtin which, policy::MetricsFormat format,
                                          SteadyTime asked) override;

  // The metrics for the control API: never older than the call.
  std::shared_ptr<const std::string> metrics(policy::MetricsFormat format);

 private:
  // Of the time, making pages takes at most about one part in so many, however often one asks.
  static constexpr int kShare = 10;

  struct Made {
    std::shared_ptr<const std::string> text;
    SteadyTime begun;
    SteadyTime serves_until;  // for the public listeners
  };

  std::shared_ptr<const std::string> make(decision::Builtin which, policy::MetricsFormat format,
                                          Made& made);
  std::string text_of(decision::Builtin which, policy::MetricsFormat format) const;

  const Daemon& daemon_;
  std::mutex mutex_;
  std::array<Made, decision::kBuiltins + 1> made_{};  // by Builtin; OpenMetrics last
};

}  // namespace gateway
