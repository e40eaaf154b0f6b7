#pragma once

#include <cstdint>
#include <string_view>

namespace gateway::policy {

// The forms in which metrics are told.
enum class MetricsFormat : std::uint8_t {
  prometheus,   // the text format 0.0.4
  openmetrics,  // OpenMetrics 1.0
};

// What a client with this Accept (RFC 9110 §12.5.1; all its lines joined) is given: OpenMetrics
// when it names that and likes text no better, else the text format, also when it takes neither:
// there is nothing else to give, and a browser or curl asks for what it wants less exactly.
MetricsFormat choose_metrics_format(std::string_view accept);

std::string_view content_type_of(MetricsFormat format);

}  // namespace gateway::policy
