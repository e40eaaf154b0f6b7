#pragma once

#include <memory>
#include <string>

#include "shared/base/clock.h"
#include "shared/decision/builtin.h"
#include "shared/policy/metrics_format.h"

namespace gateway::proxy {

// What the built-in endpoints answer, but for /health. Any thread, but none of the workers': it
// takes as long as it takes.
class BuiltinPages {
 public:
  virtual ~BuiltinPages() = default;
  // As it is, or was not long before `asked`. `format`: of metrics.
  virtual std::shared_ptr<const std::string> page(decision::Builtin which,
                                                  policy::MetricsFormat format,
                                                  SteadyTime asked) = 0;
};

}  // namespace gateway::proxy
