#include "gatewayd/proxy/service_now.h"

#include <doctest/doctest.h>

#include "gatewayd/proxy/refusals.h"

namespace {

using namespace gateway;
using namespace gateway::proxy;
using namespace std::chrono_literals;

const SteadyTime kNow = SteadyTime{} + 1h;

// A service of two instances, the first at two addresses.
struct Samples {
  config::Service service;
  FleetService fleet;

  Samples() {
    for (const char* url : {"http://a:80", "http://b:80"}) {
      service.instances.emplace_back().url = url;
    }
    fleet.state = std::make_shared<ServiceState>("samples");
    add(0, "10.0.0.1:80");
    add(0, "10.0.0.2:80");
    add(1, "10.0.0.3:80");
  }
  void add(std::uint32_t instance, const char* address) {
    fleet.peers.push_back(
        {instance, std::nullopt,
         std::make_shared<PeerState>("samples", service.instances[instance].url, address, kNow)});
  }
  void judge() {
    service.upstream.passive_failures = 1;
    service.upstream.passive_rest = 10s;
  }
  void fail(std::size_t peer) {
    fleet.peers[peer].state->health.request_failed(policy::health_rules(service.upstream),
                                                   {"timeout", 0}, kNow);
  }
  decision::ServiceNow now() const { return service_now(service, fleet, kNow); }
};

}  // namespace

TEST_CASE("service now: nothing judges, nothing breaks") {
  const auto now = Samples().now();
  CHECK(now.breaker.empty());
  CHECK_FALSE(now.instances_healthy);
  CHECK(now.open_to == std::vector<std::uint32_t>{0, 1});
  CHECK_FALSE(now.refusal);
}

TEST_CASE("service now: an instance is as healthy as its best address") {
  Samples samples;
  samples.judge();
  samples.fail(0);
  CHECK(samples.now().instances_healthy == 2);
  samples.fail(1);
  CHECK(samples.now().instances_healthy == 1);
  CHECK(samples.now().open_to == std::vector<std::uint32_t>{1});
  samples.fail(2);
  const auto none = samples.now();
  CHECK(none.instances_healthy == 0);
  REQUIRE(none.refusal);
  CHECK(none.refusal->decider == Decider::no_instance);
  samples.service.upstream.try_all_when_none = true;
  CHECK(samples.now().open_to == std::vector<std::uint32_t>{0, 1});
  CHECK_FALSE(samples.now().refusal);
}

TEST_CASE("service now: the service's breaker") {
  Samples samples;
  samples.service.upstream.breaker.emplace();
  CHECK(samples.now().breaker == "closed");
  samples.fleet.state->breaker.open(kNow + 1500ms, kNow);
  const auto now = samples.now();
  CHECK(now.breaker == "open for 2s more, opened by hand");
  REQUIRE(now.refusal);
  CHECK(now.refusal->decider == Decider::breaker_open);
  CHECK(now.retry_after == 2);
  const auto later = service_now(samples.service, samples.fleet, kNow + 2s);
  CHECK(later.breaker == "half-open: it would be a probe");
  CHECK_FALSE(later.refusal);
}

TEST_CASE("service now: breakers of instances") {
  Samples samples;
  samples.service.upstream.breaker.emplace().per = config::Breaker::Per::instance;
  CHECK(samples.now().breaker == "closed");
  samples.fleet.peers[2].state->breaker.open(kNow + 5s, kNow);
  CHECK(samples.now().breaker == "open at 1 of 2 instances");
  CHECK(samples.now().open_to == std::vector<std::uint32_t>{0});
  for (const auto& peer : samples.fleet.peers) peer.state->breaker.open(kNow + 5s, kNow);
  const auto none = samples.now();
  REQUIRE(none.refusal);
  CHECK(none.refusal->decider == Decider::upstream_busy);
}
