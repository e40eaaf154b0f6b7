#include "gatewayd/metrics/traffic_report.h"

#include <map>

namespace gateway::metrics {
namespace {

constexpr std::string_view kOther = "other";

// By method and status; a status of 0 stands for what was not told apart.
using Codes = std::map<std::pair<Method, std::uint16_t>, std::uint64_t>;

template <class Figures>
Codes sum_codes(const Series<Figures>& series, std::size_t workers) {
  Codes sums;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    const CodeCounts& codes = series.of_worker(worker).codes;
    codes.for_each([&](Method method, std::uint16_t status, std::uint64_t count) {
      sums[{method, status}] += count;
    });
    if (const std::uint64_t rest = codes.rest.read(); rest > 0) sums[{Method::other, 0}] += rest;
  }
  return sums;
}

std::string status_text(std::uint16_t status) {
  return status == 0 ? std::string(kOther) : std::to_string(status);
}

// Sums `histogram_of(worker)`; nothing is added when nothing was counted.
template <class HistogramOf>
void add_durations(Family& family, Labels labels, std::size_t workers, HistogramOf histogram_of) {
  std::array<std::uint64_t, kBucketBounds.size() + 1> buckets{};
  std::uint64_t sum_us = 0;
  std::uint64_t count = 0;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    const Histogram& histogram = histogram_of(worker);
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      const std::uint64_t some = histogram.buckets[i].read();
      buckets[i] += some;
      count += some;
    }
    sum_us += histogram.sum_us.read();
  }
  if (count == 0) return;
  auto& sample = family.add_histogram(labels);
  sample.sample_count = count;
  sample.sample_sum = static_cast<double>(sum_us) / 1e6;
  std::uint64_t cumulative = 0;
  sample.bucket.reserve(kBucketBounds.size());
  for (std::size_t i = 0; i < kBucketBounds.size(); ++i) {
    cumulative += buckets[i];
    sample.bucket.push_back({cumulative, static_cast<double>(kBucketBounds[i]) / 1e6});
  }
}

// What the cache and the compression did, of routes that have any.
void report_shaping(const Generation& generation, Families& families) {
  Family cache = Family::counter("gateway_cache_requests_total",
                                 "Requests of routes that keep answers, by what became of them.");
  Family coded =
      Family::counter("gateway_compressed_answers_total", "Answers compressed, by their coding.");
  const auto sum = [&](const auto& route, auto figure_of) {
    std::uint64_t count = 0;
    for (std::size_t worker = 0; worker < generation.workers; ++worker) {
      count += figure_of(route.of_worker(worker)).read();
    }
    return count;
  };
  for (const auto& route : generation.routes) {
    for (std::size_t i = 0; i < kCacheResultNames.size(); ++i) {
      const auto count =
          sum(route, [i](const RouteFigures& f) -> const Figure& { return f.cache[i]; });
      if (count == 0) continue;
      cache.add({{"endpoint", route.name()}, {"result", kCacheResultNames[i]}}, count);
    }
    for (std::size_t i = 0; i < policy::kCodings; ++i) {
      const auto count =
          sum(route, [i](const RouteFigures& f) -> const Figure& { return f.coded[i]; });
      if (count == 0) continue;
      coded.add({{"endpoint", route.name()}, {"coding", policy::kCodingNames[i]}}, count);
    }
  }
  cache.move_into(families);
  coded.move_into(families);
}

void report_routes(const Generation& generation, Families& families) {
  Family requests = Family::counter(
      "http_requests_total", "Requests answered, by method, route and status of the answer.");
  Family durations = Family::histogram(
      "http_request_duration_seconds",
      "Time from a request's head to the end of its answer, by method and route.");
  for (const auto& route : generation.routes) {
    for (const auto& [code, count] : sum_codes(route, generation.workers)) {
      requests.add({{"method", name_of(code.first)},
                    {"endpoint", route.name()},
                    {"status_code", status_text(code.second)}},
                   count);
    }
    for (std::size_t method = 0; method < kMethods; ++method) {
      add_durations(durations, {{"method", kMethodNames[method]}, {"endpoint", route.name()}},
                    generation.workers, [&](std::size_t worker) -> const Histogram& {
                      return route.of_worker(worker).durations[method];
                    });
    }
  }
  requests.move_into(families);
  durations.move_into(families);
  report_shaping(generation, families);
}

std::string_view error_name(std::size_t error) {
  return error == 0 ? "upstream-5xx" : info(static_cast<Decider>(error)).name;
}

void report_errors(const Series<ServiceFigures>& service, std::size_t workers, Family& errors) {
  for (std::size_t error = 0; error < ServiceFigures::kErrors; ++error) {
    std::uint64_t count = 0;
    for (std::size_t worker = 0; worker < workers; ++worker) {
      count += service.of_worker(worker).errors[error].read();
    }
    if (count == 0) continue;
    errors.add({{"service", service.name()}, {"error_type", error_name(error)}}, count);
  }
}

void report_services(const Generation& generation, Families& families) {
  Family requests = Family::counter(
      "gateway_requests_total", "Requests answered, by method, service and status of the answer.");
  Family durations = Family::histogram(
      "gateway_request_duration_seconds",
      "Time from a request's head to the end of its answer, of requests that a service was to "
      "answer.");
  Family errors = Family::counter(
      "gateway_errors_total",
      "Requests that the gateway refused or that failed, by why: a decider's name as in the log, "
      "or upstream-5xx for such an answer of the service's own.");
  Family retries =
      Family::counter("gateway_upstream_retries_total", "Attempts at a request beyond its first.");
  for (const auto& service : generation.services) {
    for (const auto& [code, count] : sum_codes(service, generation.workers)) {
      requests.add({{"method", name_of(code.first)},
                    {"service", service.name()},
                    {"status", status_text(code.second)}},
                   count);
    }
    add_durations(durations, {{"service", service.name()}}, generation.workers,
                  [&](std::size_t worker) -> const Histogram& {
                    return service.of_worker(worker).durations;
                  });
    report_errors(service, generation.workers, errors);
    if (&service == &generation.no_service()) continue;
    std::uint64_t again = 0;
    for (std::size_t worker = 0; worker < generation.workers; ++worker) {
      again += service.of_worker(worker).retries.read();
    }
    retries.add({{"service", service.name()}}, again);
  }
  for (Family* family : {&requests, &durations, &errors, &retries}) {
    family->move_into(families);
  }
}

void report_rules(const Generation& generation, Families& families) {
  Family refusals = Family::counter(
      "gateway_limit_refusals_total",
      "Requests beyond a limit, by rule; observed ones were let through all the same.");
  for (const auto& rule : generation.rules) {
    std::uint64_t refused = 0;
    std::uint64_t observed = 0;
    for (std::size_t worker = 0; worker < generation.workers; ++worker) {
      refused += rule.of_worker(worker).refused.read();
      observed += rule.of_worker(worker).observed.read();
    }
    refusals.add({{"rule", rule.name()}, {"action", "refused"}}, refused);
    refusals.add({{"rule", rule.name()}, {"action", "observed"}}, observed);
  }
  refusals.move_into(families);
}

}  // namespace

void report_traffic(const Generation& generation, Families& families) {
  report_services(generation, families);
  report_routes(generation, families);
  report_rules(generation, families);
}

}  // namespace gateway::metrics
