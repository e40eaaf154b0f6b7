#include "gatewayd/metrics/exposition.h"

#include <doctest/doctest.h>

#include "gatewayd/metrics/process_report.h"
#include "gatewayd/metrics/traffic_report.h"

using namespace gateway;
using namespace gateway::metrics;
using policy::MetricsFormat;

namespace {

Families some() {
  Families families;
  Family::counter("requests_total", "All of them, \"quoted\".")
      .add({{"path", "a\"b\\c\nd"}}, std::uint64_t{3})
      .move_into(families);
  Family::gauge("ratio", "A part.").add({}, 0.5).move_into(families);
  Family histogram = Family::histogram("took_seconds", "Time.");
  auto& sample = histogram.add_histogram({{"service", "s"}});
  sample.sample_count = 3;
  sample.sample_sum = 1.5;
  sample.bucket = {{1, 0.25}, {2, 1}};
  histogram.move_into(families);
  Family::gauge("empty", "Nothing.").move_into(families);
  return families;
}

bool holds(const std::string& text, const std::string& line) {
  return text.find(line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("OpenMetrics as its text format has it") {
  CHECK(expose(some(), MetricsFormat::openmetrics) ==
        "# TYPE requests counter\n"
        "# HELP requests All of them, \\\"quoted\\\".\n"
        "requests_total{path=\"a\\\"b\\\\c\\nd\"} 3\n"
        "# TYPE ratio gauge\n"
        "# HELP ratio A part.\n"
        "ratio 0.5\n"
        "# TYPE took_seconds histogram\n"
        "# HELP took_seconds Time.\n"
        "took_seconds_bucket{service=\"s\",le=\"0.25\"} 1\n"
        "took_seconds_bucket{service=\"s\",le=\"1.0\"} 2\n"
        "took_seconds_bucket{service=\"s\",le=\"+Inf\"} 3\n"
        "took_seconds_count{service=\"s\"} 3\n"
        "took_seconds_sum{service=\"s\"} 1.5\n"
        "# EOF\n");
}

TEST_CASE("Prometheus text") {
  const std::string text = expose(some(), MetricsFormat::prometheus);
  CHECK(holds(text, "# TYPE requests_total counter"));
  CHECK(holds(text, "requests_total{path=\"a\\\"b\\\\c\\nd\"} 3"));
  CHECK(holds(text, "took_seconds_bucket{service=\"s\",le=\"+Inf\"} 3"));
  CHECK(text.find("empty") == std::string::npos);
  CHECK(text.find("EOF") == std::string::npos);
}

TEST_CASE("traffic is summed over the workers") {
  Generation generation;
  generation.workers = 2;
  const std::vector<std::string> routes = {"r", kNone, kBuiltin};
  const std::vector<std::string> services = {"s", kNone};
  const std::vector<std::string> rules = {"few"};
  generation.routes = carry_over<RouteFigures>(routes, {}, 2);
  generation.services = carry_over<ServiceFigures>(services, {}, 2);
  generation.rules = carry_over<RuleFigures>(rules, {}, 2);
  for (std::size_t worker : {0, 1}) {
    RouteFigures& route = generation.routes[0].of_worker(worker);
    route.codes.add(Method::get, 200);
    route.durations[0].add(microseconds(2000));
    ServiceFigures& service = generation.services[0].of_worker(worker);
    service.codes.add(Method::get, 200);
    service.codes.rest.add();
    service.durations.add(microseconds(2000));
    service.retries.add(2);
  }
  generation.services[0].of_worker(1).add_error(Decider::upstream);
  generation.services[1].of_worker(0).add_error(Decider::no_route);
  Families families;
  report_traffic(generation, families);
  const std::string text = expose(families, MetricsFormat::prometheus);
  CHECK(holds(text, "gateway_requests_total{method=\"GET\",service=\"s\",status=\"200\"} 2"));
  CHECK(holds(text, "gateway_requests_total{method=\"other\",service=\"s\",status=\"other\"} 2"));
  CHECK(holds(text, "http_requests_total{method=\"GET\",endpoint=\"r\",status_code=\"200\"} 2"));
  CHECK(holds(text, "gateway_request_duration_seconds_count{service=\"s\"} 2"));
  CHECK(holds(text, "gateway_request_duration_seconds_sum{service=\"s\"} 0.004"));
  CHECK(holds(text, "gateway_request_duration_seconds_bucket{service=\"s\",le=\"0.001\"} 0"));
  CHECK(holds(text, "gateway_request_duration_seconds_bucket{service=\"s\",le=\"0.0025\"} 2"));
  CHECK(holds(text, "gateway_errors_total{service=\"s\",error_type=\"upstream-5xx\"} 1"));
  CHECK(holds(text, "gateway_errors_total{service=\"(none)\",error_type=\"no-route\"} 1"));
  CHECK(holds(text, "gateway_upstream_retries_total{service=\"s\"} 4"));
  CHECK(holds(text, "gateway_limit_refusals_total{rule=\"few\",action=\"refused\"} 0"));
  CHECK(text.find("POST") == std::string::npos);
}

TEST_CASE("the process tells of itself") {
  Families families;
  report_process(families);
  const std::string text = expose(families, MetricsFormat::prometheus);
  for (const char* name :
       {"process_cpu_seconds_total ", "process_resident_memory_bytes ", "process_open_fds ",
        "process_max_fds ", "process_start_time_seconds ", "process_threads "}) {
    CHECK_MESSAGE(text.find(std::string("\n") + name) != std::string::npos, name);
  }
}
