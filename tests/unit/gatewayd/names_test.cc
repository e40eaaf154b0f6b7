#include "gatewayd/names.h"

#include <doctest/doctest.h>

#include <thread>

namespace {

using namespace gateway;
using namespace std::chrono_literals;

config::Config config_of(std::initializer_list<const char*> hosts, milliseconds resolve = 30s) {
  config::Config config;
  for (const char* host : hosts) {
    config::Service& service = config.services.emplace_back();
    service.name = host;
    service.upstream.resolve = resolve;
    service.instances.emplace_back().host = host;
  }
  return config;
}

}  // namespace

TEST_CASE("names: an address is never looked up, a name as often as its service says") {
  std::atomic<int> asked = 0;
  std::atomic<int> last = 1;
  const auto log = std::move(*journal::DaemonLog::open({.to = "/dev/null"}));
  Names names(*log, [&](const std::string& host) -> Result<std::vector<IpAddress>, std::string> {
    ++asked;
    if (host == "gone") return std::string("no such name");
    return std::vector<IpAddress>{*parse_ip("10.0.0." + std::to_string(last))};
  });
  const auto config = config_of({"192.0.2.1", "a", "gone"});
  const auto addresses = names.look_up(config, 5s);
  CHECK(asked == 2);
  CHECK(addresses.at("192.0.2.1") == std::vector<IpAddress>{*parse_ip("192.0.2.1")});
  CHECK(addresses.at("a") == std::vector<IpAddress>{*parse_ip("10.0.0.1")});
  CHECK_FALSE(addresses.contains("gone"));
  CHECK(names.changed());
  CHECK_FALSE(names.changed());

  const auto answered = [&](int count) {
    while (asked < count) std::this_thread::yield();
    // The answer is kept a moment after it was given.
    for (int i = 0; i < 60'000 && !names.changed(); ++i) std::this_thread::sleep_for(1ms);
  };
  const SteadyTime now = SteadyTime{} + 1h;
  names.ask_due(config, now);
  names.ask_due(config, now + 4s);
  CHECK(asked == 2);
  last = 2;
  names.ask_due(config, now + 5s);  // both: the first time comes soon
  answered(4);
  CHECK(names.known(config).at("a") == std::vector<IpAddress>{*parse_ip("10.0.0.2")});
  last = 3;
  while (asked < 5) {  // the missing one alone, once the question before is over
    names.ask_due(config, now + 10s);
    std::this_thread::yield();
  }
  names.ask_due(config, now + 34s);
  CHECK(names.known(config).at("a") == std::vector<IpAddress>{*parse_ip("10.0.0.2")});
  names.ask_due(config, now + 35s);
  for (int i = 0; i < 60'000 && !names.changed(); ++i) std::this_thread::sleep_for(1ms);
  CHECK(names.known(config).at("a") == std::vector<IpAddress>{*parse_ip("10.0.0.3")});
}
