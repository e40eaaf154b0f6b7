#include <doctest/doctest.h>

#include "fake_backend.h"
#include "gatewayd/control/handlers.h"

using namespace gateway::control;

TEST_CASE("the cache tells what it keeps, and drops it in the name of the one who asks") {
  FakeBackend backend;
  const Answer told = handle({"GET", kCachePath, {}, "alice", "", ""}, backend);
  CHECK(told.status == 200);
  CHECK(nlohmann::json::parse(told.body)["entries"] == 7);
  const Answer dropped =
      handle({"POST", kCachePurgePath, {{"tag", "red"}}, "alice", "", ""}, backend);
  CHECK(dropped.status == 200);
  CHECK(nlohmann::json::parse(dropped.body)["dropped"] == 3);
  CHECK(backend.asked() == "purge red by alice");
}

TEST_CASE("a purge that names nothing is refused, and so is another method") {
  FakeBackend backend;
  CHECK(handle({"POST", kCachePurgePath, {}, "alice", "", ""}, backend).status == 400);
  CHECK(handle({"GET", kCachePurgePath, {}, "alice", "", ""}, backend).status == 405);
  CHECK(backend.asked().empty());
}
