#include "gatewayd/pages.h"

#include <nlohmann/json.hpp>

#include "gatewayd/control/docs_page.h"
#include "gatewayd/control/openapi.h"
#include "gatewayd/daemon.h"
#include "gatewayd/metrics/exposition.h"
#include "gatewayd/metrics_report.h"
#include "gatewayd/service_pages.h"

namespace gateway {
namespace {

// The program's description of itself, which stays as it is while it runs.
bool is_lasting(decision::Builtin which) {
  return which == decision::Builtin::docs || which == decision::Builtin::openapi;
}

std::size_t index_of(decision::Builtin which, policy::MetricsFormat format) {
  if (format == policy::MetricsFormat::openmetrics) return decision::kBuiltins;
  return static_cast<std::size_t>(which);
}

}  // namespace

std::shared_ptr<const std::string> Pages::page(decision::Builtin which,
                                               policy::MetricsFormat format, SteadyTime asked) {
  const std::lock_guard one_at_a_time(mutex_);
  Made& made = made_[index_of(which, format)];
  const bool serves = made.text != nullptr &&
                      (made.begun >= asked || std::chrono::steady_clock::now() < made.serves_until);
  return serves ? made.text : make(which, format, made);
}

std::shared_ptr<const std::string> Pages::metrics(policy::MetricsFormat format) {
  const SteadyTime asked = std::chrono::steady_clock::now();
  const std::lock_guard one_at_a_time(mutex_);
  Made& made = made_[index_of(decision::Builtin::metrics, format)];
  if (made.text != nullptr && made.begun >= asked) return made.text;
  return make(decision::Builtin::metrics, format, made);
}

std::shared_ptr<const std::string> Pages::make(decision::Builtin which,
                                               policy::MetricsFormat format, Made& made) {
  made.begun = std::chrono::steady_clock::now();
  made.text = std::make_shared<const std::string>(text_of(which, format));
  const SteadyTime now = std::chrono::steady_clock::now();
  made.serves_until = is_lasting(which) ? SteadyTime::max() : now + (now - made.begun) * kShare;
  return made.text;
}

std::string Pages::text_of(decision::Builtin which, policy::MetricsFormat format) const {
  using decision::Builtin;
  switch (which) {
    case Builtin::metrics:
      return metrics::expose(report_metrics(daemon_), format);
    case Builtin::info:
      return info_page(daemon_);
    case Builtin::health_detailed:
      return detailed_health_page(daemon_);
    case Builtin::health_services:
      return service_health_page(daemon_);
    case Builtin::services:
      return services_page(daemon_);
    case Builtin::docs:
      return control::docs_page();
    case Builtin::openapi:
      return control::openapi_document().dump(2) + "\n";
    case Builtin::health:
    case Builtin::none:
      break;
  }
  return "{}\n";
}

}  // namespace gateway
