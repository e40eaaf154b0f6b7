#include "shared/policy/metrics_format.h"

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/base/fields.h"
#include "shared/policy/weight.h"

namespace gateway::policy {
MetricsFormat choose_metrics_format(std::string_view accept) {
  int open = 0;
  int text = 0;
  for_each_element(accept, [&](std::string_view element) {
    const Weighted preference = parse_weighted(element);
    if (ascii_iequals(preference.word, "application/openmetrics-text")) {
      open = std::max(open, preference.weight);
    } else if (ascii_iequals(preference.word, "text/plain")) {
      text = std::max(text, preference.weight);
    }
  });
  return open > 0 && open >= text ? MetricsFormat::openmetrics : MetricsFormat::prometheus;
}

std::string_view content_type_of(MetricsFormat format) {
  return format == MetricsFormat::openmetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace gateway::policy
