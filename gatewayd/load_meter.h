#pragma once

#include <memory>
#include <vector>

#include "gatewayd/journal/journal.h"
#include "gatewayd/worker.h"
#include "shared/policy/adaptive.h"

namespace gateway {

// How busy the gateway is, measured from one reading to the next. One thread.
class LoadMeter {
 public:
  // `journal`: knows how long answers took; null: p99 reads as 0.
  policy::Load read(const std::vector<std::unique_ptr<Worker>>& workers,
                    const journal::Journal* journal);

 private:
  SteadyTime read_at_{};
  microseconds cpu_{};
};

}  // namespace gateway
