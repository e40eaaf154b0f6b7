#include "gatewayd/metrics/families.h"

namespace gateway::metrics {

using prometheus::MetricType;

Family::Family(MetricType type, std::string name, std::string help) {
  family_.type = type;
  family_.name = std::move(name);
  family_.help = std::move(help);
}

Family Family::counter(std::string name, std::string help) {
  return {MetricType::Counter, std::move(name), std::move(help)};
}

Family Family::gauge(std::string name, std::string help) {
  return {MetricType::Gauge, std::move(name), std::move(help)};
}

Family Family::histogram(std::string name, std::string help) {
  return {MetricType::Histogram, std::move(name), std::move(help)};
}

prometheus::ClientMetric& Family::add_sample(Labels labels) {
  prometheus::ClientMetric& sample = family_.metric.emplace_back();
  sample.label.reserve(labels.size());
  for (const auto& [name, value] : labels) {
    sample.label.push_back({std::string(name), std::string(value)});
  }
  return sample;
}

Family& Family::add(Labels labels, double value) {
  prometheus::ClientMetric& sample = add_sample(labels);
  (family_.type == MetricType::Counter ? sample.counter.value : sample.gauge.value) = value;
  return *this;
}

prometheus::ClientMetric::Histogram& Family::add_histogram(Labels labels) {
  return add_sample(labels).histogram;
}

void Family::move_into(Families& families) {
  if (!family_.metric.empty()) families.push_back(std::move(family_));
}

}  // namespace gateway::metrics
