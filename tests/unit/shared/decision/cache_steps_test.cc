#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "shared/decision/answer_fields.h"
#include "shared/decision/load.h"
#include "shared/decision/pipeline.h"
#include "shared/policy/cache_store.h"

using namespace gateway;
using namespace gateway::decision;

namespace {

constexpr UnixMicros kNow = 1'767'323'045'000'000;
using Kind = CacheTurn::Kind;

constexpr const char* kConfig = R"(
version = 1
[listeners.public]
address = "127.0.0.1:0"
[services.lab]
instances = ["http://127.0.0.1:1"]
[routes.kept]
path    = "/kept/*"
service = "lab"
rewrite = "/v1/*"
cache   = { ttl = "60s" }
[routes.plain]
path    = "/plain"
service = "lab"
)";

class Cached {
 public:
  Cached() {
    const config::Environment environment{[](std::string_view) { return std::nullopt; }};
    auto loaded = decision::load_text("gatewayd.toml", kConfig, environment);
    REQUIRE(loaded.config);
    snapshot_ = build_snapshot(*std::move(loaded.config), {});
    state_.cache = &store;
  }

  // The request's end; `x` tells the rest.
  Next decide(std::string_view method, std::string_view path, Fields asked = {}) {
    fields_ = std::move(asked);
    reset(x);
    x.time = kNow;
    x.method = method;
    x.authority = "a.test";
    x.raw_path = path;
    x.fields = &fields_;
    return decision::decide(*snapshot_, state_, Uuid{}, x);
  }

  void keep(const policy::CacheTimes& times) {
    auto entry = std::make_shared<policy::CacheEntry>();
    entry->key = x.cache_key;
    entry->hash = x.cache.hash;
    store.begin(*entry);
    policy::copy_head(*entry, "200 OK", {});
    entry->times = times;
    entry->body = std::make_shared<policy::CacheBody>();
    REQUIRE(store.insert(std::move(entry)));
  }

  std::string answer_lines() {
    std::string lines;
    append_to_upstream_answer(*snapshot_, x, {}, lines);
    return lines;
  }

  std::string why() const { return x.trace.steps().back().why; }

  void forget_store() { state_.cache = nullptr; }

  policy::CacheStore store{1 << 20, {1, 2}};
  Exchange x;

 private:
  Fields fields_;
  std::unique_ptr<Snapshot> snapshot_;
  State state_{policy::Sha256{}};
};

Fields one(std::string_view name, std::string_view value) {
  return {{name, value, "", identify_field(name)}};
}

constexpr policy::CacheTimes kMinute{.received = kNow / 1'000'000, .lifetime = 60};

}  // namespace

TEST_CASE("a route without a cache asks none") {
  Cached cached;
  CHECK(cached.decide("GET", "/plain") == Next::go_on);
  CHECK(cached.x.cache.kind == Kind::none);
  CHECK(cached.answer_lines().empty());
}

TEST_CASE("what is kept answers in the service's place, HEAD as well") {
  Cached cached;
  CHECK(cached.decide("GET", "/kept/7") == Next::go_on);
  CHECK(cached.x.cache.kind == Kind::missed);
  CHECK(cached.x.cache.fills);
  CHECK(cached.answer_lines() == "Cache-Status: gatewayd; fwd=uri-miss\r\n");
  cached.keep(kMinute);
  for (const char* method : {"GET", "HEAD"}) {
    CHECK(cached.decide(method, "/kept/7") == Next::respond);
    CHECK(cached.x.own_decider == Decider::cache);
    CHECK(cached.x.own.status == 200);
    CHECK(cached.why() == "fresh");
  }
  CHECK(cached.decide("GET", "/kept/8") == Next::go_on);
}

TEST_CASE("stale: validated, or sent while it is fetched anew") {
  Cached cached;
  cached.decide("GET", "/kept/7");
  policy::CacheTimes times = kMinute;
  times.lifetime = 0;
  cached.keep(times);
  CHECK(cached.decide("GET", "/kept/7") == Next::go_on);
  CHECK(cached.x.cache.kind == Kind::invalid);
  CHECK(cached.answer_lines() == "Cache-Status: gatewayd; fwd=stale\r\n");
  times.stale_while_revalidate = 5;
  cached.keep(times);
  CHECK(cached.decide("GET", "/kept/7") == Next::respond);
  CHECK(cached.x.cache.kind == Kind::refreshed);
}

TEST_CASE("requests that are none of the cache's") {
  Cached cached;
  cached.decide("GET", "/kept/7");
  cached.keep(kMinute);
  for (const Fields& fields :
       {one("Cache-Control", "no-store"), one("Upgrade", "websocket"), one("If-Match", "\"a\"")}) {
    CHECK(cached.decide("GET", "/kept/7", fields) == Next::go_on);
    CHECK(cached.x.cache.kind == Kind::passed);
    CHECK_FALSE(cached.x.cache.fills);
  }
  CHECK(cached.decide("POST", "/kept/7") == Next::go_on);
  CHECK(cached.x.cache.kind == Kind::passed);
  CHECK(cached.answer_lines() == "Cache-Status: gatewayd; fwd=method\r\n");
}

TEST_CASE("a part is answered from what is kept, and never kept itself") {
  Cached cached;
  cached.decide("GET", "/kept/7", one("Range", "bytes=0-1"));
  CHECK_FALSE(cached.x.cache.fills);
  cached.keep(kMinute);
  CHECK(cached.decide("GET", "/kept/7", one("Range", "bytes=0-1")) == Next::respond);
}

TEST_CASE("only-if-cached is refused where nothing is kept that may be sent") {
  Cached cached;
  CHECK(cached.decide("GET", "/kept/7", one("Cache-Control", "only-if-cached")) == Next::respond);
  REQUIRE(cached.x.refusal);
  CHECK(cached.x.refusal->decider == Decider::only_if_cached);
  cached.decide("GET", "/kept/7");
  cached.keep(kMinute);
  CHECK(cached.decide("GET", "/kept/7", one("Cache-Control", "only-if-cached")) == Next::respond);
  CHECK_FALSE(cached.x.refusal);
}

TEST_CASE("without a store it is told that it would be asked") {
  Cached cached;
  cached.forget_store();
  CHECK(cached.decide("GET", "/kept/7") == Next::go_on);
  CHECK(cached.why() == "asked; what is kept is not known here");
}
