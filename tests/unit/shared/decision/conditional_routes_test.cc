#include <doctest/doctest.h>

#include <string>

#include "shared/decision/load.h"
#include "shared/decision/pipeline.h"

namespace gateway::decision {
namespace {

constexpr char kText[] = R"(
[listeners.public]
address = "127.0.0.1:8000"

[services.api]
instances = ["http://127.0.0.1:8081"]

[cors.site]
origins       = ["https://site.test"]
methods       = ["GET", "PUT"]
headers = ["X-Version"]

[routes.plain]
path    = "/api/*"
methods = ["GET", "OPTIONS"]
service = "api"

[routes.second]
path          = "/api/*"
service       = "api"
match_headers = { X-Version = "2" }
cors          = "site"

[routes.beta]
path        = "/api/*"
service     = "api"
match_query = { beta = "a b" }
)";

std::unique_ptr<Snapshot> snapshot() {
  const config::Environment environment{[](std::string_view) { return std::nullopt; }};
  auto loaded = decision::load_text("gatewayd.toml", kText, environment);
  INFO(config::render_text(loaded.diagnostics, false));
  REQUIRE(loaded.config);
  REQUIRE(loaded.diagnostics.items.empty());
  return build_snapshot(*std::move(loaded.config));
}

struct Asked {
  Next next;
  std::string route;  // empty: none
  Decider own_decider;
};

Asked ask(std::string_view method, std::string_view query, const Fields& fields) {
  static const auto built = snapshot();
  State state{policy::Sha256{}};
  state.adopt(*built);
  Exchange x;
  reset(x);
  x.method = method;
  x.authority = "api.test";
  x.raw_path = "/api/7";
  x.query = query;
  x.has_query = !query.empty();
  x.fields = &fields;
  const Next next = decide(*built, state, Uuid{}, x);
  return {next, x.route == nullptr ? "" : x.route->name, x.own_decider};
}

Fields fields_of(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  Fields fields;
  for (const auto& [name, value] : pairs) fields.push_back({name, value, "", identify_field(name)});
  return fields;
}

TEST_CASE("a request goes to the route whose conditions it meets") {
  CHECK(ask("GET", "", {}).route == "plain");
  CHECK(ask("GET", "", fields_of({{"x-version", "2"}})).route == "second");
  CHECK(ask("GET", "", fields_of({{"x-version", "1"}})).route == "plain");
  CHECK(ask("GET", "page=1&beta=a%20b", {}).route == "beta");
  CHECK(ask("GET", "beta=a", {}).route == "plain");
  CHECK(ask("PUT", "", fields_of({{"x-version", "2"}})).route == "second");
  CHECK(ask("PUT", "", {}).next == Next::respond);
}

TEST_CASE("a preflight is answered by the route whose fields it names") {
  const auto preflight = [](std::string_view named) {
    Fields fields =
        fields_of({{"Origin", "https://site.test"}, {"Access-Control-Request-Method", "PUT"}});
    if (!named.empty()) {
      fields.push_back({"Access-Control-Request-Headers", named, "", FieldId::other});
    }
    return ask("OPTIONS", "", fields);
  };
  const Asked named = preflight("x-version");
  CHECK(named.next == Next::respond);
  CHECK(named.route == "second");
  CHECK(named.own_decider == Decider::preflight);
  // The request that follows will not have the field either.
  CHECK(preflight("").route == "plain");
  CHECK(preflight("").next == Next::go_on);
}

}  // namespace
}  // namespace gateway::decision
