#include <doctest/doctest.h>

#include "gatewayd/control/handlers.h"
#include "shared/control/health_messages.h"
#include "shared/store/writer.h"
#include "tests/unit/gatewayd/control/fake_backend.h"
#include "tests/unit/gatewayd/control/raw_peer.h"

using namespace gateway;
using namespace gateway::control;
using nlohmann::json;

namespace {

Answer call(FakeBackend& backend, const char* method, const std::string& path,
            const Params& params = {}) {
  Call one;
  one.method = method;
  one.path = path;
  one.params = params;
  one.peer = "alice";
  return handle(one, backend);
}

json get(FakeBackend& backend, const std::string& path, const Params& params = {}) {
  const Answer answer = call(backend, "GET", path, params);
  CAPTURE(answer.body);
  REQUIRE(answer.status == 200);
  return json::parse(answer.body);
}

const std::string kSamples = std::string(kServicesPath) + "/samples";

}  // namespace

TEST_CASE("health tells of every service and peer, as a client reads it back") {
  FakeBackend backend;
  const json answer = get(backend, kHealthPath);
  CHECK(answer["format"] == 1);
  CHECK(answer["services"][0]["state"] == "degraded");
  CHECK(answer["services"][0]["peers"][1]["since"] == "1970-01-01T00:00:01Z");
  CHECK(answer["services"][0]["peers"][0]["checked_at"].is_null());
  const auto report = answer.get<HealthReport>();
  REQUIRE(report.services.size() == 2);
  REQUIRE(report.services[0].peers.size() == 2);
  CHECK(report.services[0].checked);
  CHECK(report.services[0].peers[0].latency_us == 3'100);
  CHECK(report.services[0].peers[1].state == HealthState::unhealthy);
  CHECK(report.services[0].peers[1].since == 1'000'000);
  CHECK(report.services[0].peers[1].checked_at == 2'000'000);
  CHECK(report.services[0].peers[1].reason == "3 checks failed, last: connect refused");
}

TEST_CASE("a service's health comes with its history where it is asked for") {
  const TempFolder folder;
  FakeBackend backend;
  backend.path = folder.file("log.db");
  const UnixMicros now = SystemClock().unix_now();
  {
    auto writer = store::Writer::open(backend.path);
    REQUIRE(writer.ok());
    const store::HealthChangeRow rows[] = {
        {now - 7'200'000'000, 1, 2, "10.0.2.12:8081", {}, HealthState::healthy, "2 checks passed"},
        {now - 1'000'000, 1, 2, "10.0.2.12:8081", HealthState::healthy, HealthState::unhealthy, ""},
        {now - 1'000'000, 3, 2, "", {}, HealthState::unhealthy, "of another service"}};
    store::BreakerChangeRow opened;
    opened.time = now;
    opened.service = 1;
    opened.to = BreakerState::open;
    opened.requests.resize(2);
    opened.by = "bob";
    const store::HealthCheckCell cell{now / 60'000'000 * 60, 1, 2, 3, 1, 4'000, 2'000};
    REQUIRE((*writer)->begin(now));
    REQUIRE((*writer)->add_name(1, "samples"));
    REQUIRE((*writer)->add_name(2, "http://b:8081"));
    REQUIRE((*writer)->append_health(rows));
    REQUIRE((*writer)->append_breakers({&opened, 1}));
    REQUIRE((*writer)->add_checks({&cell, 1}));
    REQUIRE((*writer)->commit());
  }
  CHECK(get(backend, kSamples + "/health")["history"].is_null());
  const json answer = get(backend, kSamples + "/health", {{"history", "1h"}});
  CHECK_FALSE(answer["history"].contains("format"));
  const auto report = answer.get<ServiceHealthReport>();
  CHECK(report.service.name == "samples");
  REQUIRE(report.history);
  REQUIRE(report.history->changes.size() == 1);
  CHECK(report.history->changes[0].instance == "http://b:8081");
  CHECK(report.history->changes[0].address == "10.0.2.12:8081");
  CHECK(report.history->changes[0].from == "healthy");
  REQUIRE(report.history->breakers.size() == 1);
  CHECK(report.history->breakers[0].by == "bob");
  CHECK(report.history->breakers[0].requests.size() == 2);
  REQUIRE(report.history->checks.size() == 1);
  CHECK(report.history->checks[0].mean_us == 1'000);
  CHECK(report.history->complete);
  CHECK(get(backend, kSamples + "/health", {{"history", "24h"}})["history"]["changes"].size() == 2);
}

TEST_CASE("what is asked wrongly of health is refused with what it takes") {
  FakeBackend backend;
  CHECK(call(backend, "GET", std::string(kServicesPath) + "/none/health").status == 404);
  CHECK(call(backend, "GET", kSamples + "/health", {{"history", "soon"}}).status == 400);
  CHECK(call(backend, "GET", kSamples + "/health", {{"history", "0s"}}).status == 400);
  CHECK(call(backend, "GET", kSamples + "/health", {{"history", "3650d"}}).status == 404);
  CHECK(call(backend, "GET", kSamples + "/health", {{"history", "3651d"}}).status == 400);
  CHECK(call(backend, "GET", kSamples + "/health", {{"since", "1h"}}).status == 400);
  CHECK(call(backend, "POST", kSamples + "/health").allow == "GET, HEAD");
  CHECK(call(backend, "GET", kSamples + "/breaker/reset").allow == "POST");
  CHECK(call(backend, "GET", std::string(kServicesPath) + "/health").status == 404);
  CHECK(call(backend, "GET", std::string(kServicesPath) + "//health").status == 404);
  CHECK(call(backend, "GET", kSamples + "/nothing").status == 404);
}

TEST_CASE("a name with a slash, a space and a question mark finds its way") {
  CHECK(service_path("a/b ?", kServiceHealth) == "/api/v1/gateway/services/a%2Fb%20%3F/health");
  FakeBackend backend;
  CHECK(get(backend, std::string(kServicesPath) + "/a/b ?/health")["service"]["name"] == "a/b ?");
}

TEST_CASE("breakers are listed, and read back") {
  FakeBackend backend;
  const json answer = get(backend, kBreakersPath);
  CHECK(answer["breakers"][0]["state"] == "open");
  CHECK(answer["breakers"][0]["instance"].is_null());
  const auto list = answer.get<BreakerList>();
  REQUIRE(list.breakers.size() == 1);
  CHECK(list.breakers[0].until == 61'000'000);
  CHECK(breaker_text(list.breakers[0], 42'000'000) == "open 41s");
  CHECK(breaker_text({}, 42'000'000) == "closed");
}

TEST_CASE("a breaker is reset and opened in the name of the one who asks") {
  FakeBackend backend;
  const Answer reset = call(backend, "POST", kSamples + "/breaker/reset");
  REQUIRE(reset.status == 200);
  CHECK(json::parse(reset.body).get<BreakerVerdict>().breakers.at(0).state == BreakerState::closed);
  CHECK(backend.asked() == "reset samples by alice");
  const Params wanted = to_params(OpenBreaker{600s, "moving, to; b"});
  CHECK(wanted == Params{{"for", "10m"}, {"reason", "moving, to; b"}});
  const Answer open = call(backend, "POST", kSamples + "/breaker/open", wanted);
  REQUIRE(open.status == 200);
  CHECK(json::parse(open.body).get<BreakerVerdict>().breakers.at(0).by == "alice");
  CHECK(backend.asked() == "open samples for 600000 ms by alice: moving, to; b");
}

TEST_CASE("a breaker is not changed by a call that is wrong, or where there is none") {
  FakeBackend backend;
  const std::string open = kSamples + "/breaker/open";
  CHECK(call(backend, "POST", open).status == 400);
  CHECK(call(backend, "POST", open, {{"for", "999ms"}}).status == 400);
  CHECK(call(backend, "POST", open, {{"for", "31d"}}).status == 400);
  CHECK(call(backend, "POST", open, {{"for", "1s"}, {"reason", std::string(501, 'x')}}).status ==
        400);
  CHECK(call(backend, "POST", open, {{"for", "1s"}, {"by", "eve"}}).status == 400);
  CHECK(call(backend, "POST", kSamples + "/breaker/reset", {{"by", "eve"}}).status == 400);
  CHECK(call(backend, "POST", std::string(kServicesPath) + "/none/breaker/reset").status == 404);
  CHECK(backend.asked().empty());
  CHECK(call(backend, "POST", open, {{"for", "1s"}, {"reason", std::string(500, 'x')}}).status ==
        200);
  CHECK(call(backend, "POST", open, {{"for", "30d"}}).status == 200);
  const Answer none = call(backend, "POST", std::string(kServicesPath) + "/a/b ?/breaker/reset");
  CHECK(none.status == 409);
  CHECK(json::parse(none.body)["detail"] == "this service has no breaker");
}
