#include "gatewayd/net/look_ups.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>

namespace {

using namespace gateway;
using namespace gateway::net;
using namespace std::chrono_literals;

// A name service that says what the test wants, and may hold whoever asks.
struct Names {
  std::mutex mutex;
  std::map<std::string, std::vector<IpAddress>> known;
  std::atomic<int> asked = 0;
  std::shared_future<void> open;

  static std::shared_ptr<Names> make() { return std::make_shared<Names>(); }
  void set(const std::string& host, std::initializer_list<const char*> addresses) {
    const std::lock_guard lock(mutex);
    known[host].clear();
    for (const char* address : addresses) known[host].push_back(*parse_ip(address));
  }
  Result<std::vector<IpAddress>, std::string> resolve(const std::string& host) {
    ++asked;
    if (open.valid()) open.wait();
    const std::lock_guard lock(mutex);
    const auto found = known.find(host);
    if (found == known.end()) return std::string("no such name");
    return found->second;
  }
};

LookUps::Resolver of(const std::shared_ptr<Names>& names) {
  return [names](const std::string& host) { return names->resolve(host); };
}

}  // namespace

TEST_CASE("look-ups: what is found stays when it is not found again") {
  const auto names = Names::make();
  names->set("a", {"10.0.0.2", "10.0.0.1"});
  LookUps look_ups(of(names));
  CHECK_FALSE(look_ups.latest("a"));
  look_ups.ask("a");
  look_ups.ask("b");
  REQUIRE(look_ups.wait({"a", "b"}, 5s));
  CHECK(look_ups.latest("a")->addresses ==
        std::vector<IpAddress>{*parse_ip("10.0.0.1"), *parse_ip("10.0.0.2")});
  CHECK(look_ups.latest("b")->addresses.empty());
  CHECK(look_ups.latest("b")->fault == "no such name");
  CHECK(look_ups.changes() == 1);

  names->set("a", {"10.0.0.1", "10.0.0.2"});  // in another order: no change
  look_ups.ask("a");
  REQUIRE(look_ups.wait({"a"}, 5s));
  CHECK(look_ups.changes() == 1);
  names->set("a", {});
  look_ups.ask("a");
  REQUIRE(look_ups.wait({"a"}, 5s));
  CHECK(look_ups.latest("a")->addresses.size() == 2);
  CHECK(look_ups.latest("a")->fault == "it has no address");
  CHECK(look_ups.changes() == 1);
  names->set("a", {"10.0.0.3"});
  look_ups.ask("a");
  REQUIRE(look_ups.wait({"a"}, 5s));
  CHECK(look_ups.latest("a")->fault.empty());
  CHECK(look_ups.changes() == 2);
  look_ups.keep_only({"b"});
  CHECK_FALSE(look_ups.latest("a"));
}

TEST_CASE("look-ups: a name server that is silent holds nobody") {
  const auto names = Names::make();
  std::promise<void> answer;
  names->open = answer.get_future().share();
  {
    LookUps look_ups(of(names));
    for (int i = 0; i < 5; ++i) look_ups.ask("a");
    CHECK_FALSE(look_ups.wait({"a"}, 10ms));
    CHECK(look_ups.wait({"b"}, 10ms));
    CHECK_FALSE(look_ups.latest("a"));
    look_ups.keep_only({});
    CHECK(look_ups.wait({"a"}, 10ms));
  }
  CHECK(names->asked == 1);
  answer.set_value();
}
