#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway::metrics {

using Families = std::vector<prometheus::MetricFamily>;
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// One metric in the making: its samples are added one by one.
class Family {
 public:
  // `help`: one sentence.
  static Family counter(std::string name, std::string help);  // the name ends in _total
  static Family gauge(std::string name, std::string help);
  static Family histogram(std::string name, std::string help);

  Family& add(Labels labels, double value);
  Family& add(Labels labels, std::uint64_t value) {
    return add(labels, static_cast<double>(value));
  }
  // Adds a sample to a histogram; the caller fills it in.
  prometheus::ClientMetric::Histogram& add_histogram(Labels labels);

  // Ends it: nothing is added afterwards. One without a sample is left out, as it says nothing.
  void move_into(Families& families);

 private:
  Family(prometheus::MetricType type, std::string name, std::string help);
  prometheus::ClientMetric& add_sample(Labels labels);

  prometheus::MetricFamily family_;
};

}  // namespace gateway::metrics
