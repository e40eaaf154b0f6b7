#include "shared/control/client.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using gateway::control::Client;

TEST_CASE("a daemon that is not there is told from one that refuses") {
  const auto answer = Client("/nonexistent/control.sock").get("/x");
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().unreachable);
  CHECK(answer.error().message ==
        "cannot reach gatewayd at /nonexistent/control.sock: No such file or directory; start "
        "gatewayd, or name its socket with --socket (control.socket)");
}

TEST_CASE("a path no socket can have is said to be too long") {
  const auto answer = Client("/" + std::string(200, 'x')).get("/x");
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().unreachable);
  CHECK(answer.error().message.find("at most 107 bytes") != std::string::npos);
}
