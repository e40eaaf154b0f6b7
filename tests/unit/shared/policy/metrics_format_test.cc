#include "shared/policy/metrics_format.h"

#include <doctest/doctest.h>

using namespace gateway::policy;

TEST_CASE("OpenMetrics is for who names it and likes text no better") {
  for (const char* accept :
       {"application/openmetrics-text", "Application/OpenMetrics-Text; version=1.0.0",
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1",
        "text/plain;q=0.5, application/openmetrics-text;q=0.5",
        "application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5",
        "application/openmetrics-text;q=0.001"}) {
    CHECK_MESSAGE(choose_metrics_format(accept) == MetricsFormat::openmetrics, accept);
  }
}

TEST_CASE("everyone else is given text") {
  for (const char* accept :
       {"", "*/*", "text/plain", "text/html,*/*;q=0.8", ",,;", "application/json",
        "application/openmetrics-text;q=0", "application/openmetrics-text;q=0.000",
        "application/openmetrics-text;q=0.4,text/plain",
        "application/openmetrics-text;q=0.4,text/plain;q=0.5", "application/openmetrics-text;q=2",
        "application/openmetrics-text;q=1.001", "application/openmetrics-text;q=0.0001",
        "application/openmetrics-text;q=x", "application/openmetrics-textual"}) {
    CHECK_MESSAGE(choose_metrics_format(accept) == MetricsFormat::prometheus, accept);
  }
}
