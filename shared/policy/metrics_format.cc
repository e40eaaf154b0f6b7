#include "shared/policy/metrics_format.h"

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/base/fields.h"

namespace gateway::policy {
namespace {

// qvalue of RFC 9110 §12.4.2 in thousandths; nothing that is none counts as 0.
int parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int unit = 100;
  for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return 0;
    weight += (text[i] - '0') * unit;
  }
  return weight > 1000 ? 0 : weight;
}

// One element: its type, and its weight.
struct Preference {
  std::string_view type;
  int weight = 1000;
};

Preference parse_preference(std::string_view element) {
  Preference preference;
  std::size_t end = element.find(';');
  preference.type = trim_ows(element.substr(0, end));
  while (end != std::string_view::npos) {
    element.remove_prefix(end + 1);
    end = element.find(';');
    const std::string_view parameter = trim_ows(element.substr(0, end));
    if (parameter.size() > 2 && ascii_lower(parameter[0]) == 'q' && parameter[1] == '=') {
      preference.weight = parse_weight(parameter.substr(2));
    }
  }
  return preference;
}

}  // namespace

MetricsFormat choose_metrics_format(std::string_view accept) {
  int open = 0;
  int text = 0;
  for_each_element(accept, [&](std::string_view element) {
    const Preference preference = parse_preference(element);
    if (ascii_iequals(preference.type, "application/openmetrics-text")) {
      open = std::max(open, preference.weight);
    } else if (ascii_iequals(preference.type, "text/plain")) {
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
