#include "gatewayd/metrics/exposition.h"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include <cmath>
#include <iterator>

namespace gateway::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view kTotal = "_total";

// Escapes as the ABNF of OpenMetrics 1.0 has it, in help texts and in labels alike.
void append_escaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '\n') {
      out.append("\\n");
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
}

// A number as OpenMetrics likes it best: "1.0", "0.25", "1e+16".
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

// One line; `bound`: of a bucket, or nothing.
void append_sample(std::string_view name, std::string_view suffix, const ClientMetric& sample,
                   std::string_view bound, std::string_view value, std::string& out) {
  out.append(name).append(suffix);
  char before = '{';
  for (const ClientMetric::Label& label : sample.label) {
    out.push_back(before);
    out.append(label.name).append("=\"");
    append_escaped(label.value, out);
    out.push_back('"');
    before = ',';
  }
  if (!bound.empty()) {
    out.push_back(before);
    out.append("le=\"").append(bound).push_back('"');
    before = ',';
  }
  if (before == ',') out.push_back('}');
  out.append(" ").append(value).push_back('\n');
}

void append_histogram(std::string_view name, const ClientMetric& sample, std::string& out) {
  const auto& histogram = sample.histogram;
  const std::string count = std::to_string(histogram.sample_count);
  for (const ClientMetric::Bucket& bucket : histogram.bucket) {
    std::string bound = number(bucket.upper_bound);
    if (bound.find_first_of(".e") == std::string::npos) bound.append(".0");
    append_sample(name, "_bucket", sample, bound, std::to_string(bucket.cumulative_count), out);
  }
  append_sample(name, "_bucket", sample, "+Inf", count, out);
  append_sample(name, "_count", sample, "", count, out);
  append_sample(name, "_sum", sample, "", number(histogram.sample_sum), out);
}

// A counter's metadata has its name without _total, which its samples have (OpenMetrics 1.0,
// "Counter").
void append_family(const MetricFamily& family, std::string& out) {
  std::string_view name = family.name;
  const bool counter = family.type == MetricType::Counter;
  if (counter && name.ends_with(kTotal)) name.remove_suffix(kTotal.size());
  const std::string_view type = counter                                ? "counter"
                                : family.type == MetricType::Histogram ? "histogram"
                                                                       : "gauge";
  out.append("# TYPE ").append(name).append(" ").append(type);
  out.append("\n# HELP ").append(name).append(" ");
  append_escaped(family.help, out);
  out.push_back('\n');
  for (const ClientMetric& sample : family.metric) {
    if (family.type == MetricType::Histogram) {
      append_histogram(name, sample, out);
    } else {
      const double value = counter ? sample.counter.value : sample.gauge.value;
      append_sample(name, counter ? kTotal : "", sample, "", number(value), out);
    }
  }
}

}  // namespace

std::string expose(const Families& families, policy::MetricsFormat format) {
  if (format == policy::MetricsFormat::prometheus) {
    return prometheus::TextSerializer().Serialize(families);
  }
  std::string out;
  for (const MetricFamily& family : families) append_family(family, out);
  out.append("# EOF\n");
  return out;
}

}  // namespace gateway::metrics
