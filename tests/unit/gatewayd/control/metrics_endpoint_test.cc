#include <doctest/doctest.h>

#include "gatewayd/control/handlers.h"
#include "shared/control/messages.h"
#include "tests/unit/gatewayd/control/fake_backend.h"

using namespace gateway::control;

TEST_CASE("metrics come in the form that is asked for") {
  FakeBackend backend;
  Call call;
  call.method = "GET";
  call.path = kMetricsPath;
  const Answer text = handle(call, backend);
  CHECK(text.status == 200);
  CHECK(text.type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(text.body == "up 1\n");
  call.accept = "application/openmetrics-text; version=1.0.0";
  const Answer open = handle(call, backend);
  CHECK(open.type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  CHECK(open.body == "# EOF\n");
  call.method = "POST";
  CHECK(handle(call, backend).status == 405);
}
