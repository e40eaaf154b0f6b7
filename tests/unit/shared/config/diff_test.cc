#include "shared/config/diff.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "shared/config/load.h"

using namespace gateway::config;

namespace {

const std::string kBase =
    "[listeners.a]\naddress = \"127.0.0.1:0\"\n"
    "[services.s]\ninstances = [\"http://10.0.2.14:80\", \"http://10.0.2.15:80\"]\n"
    "[routes.r]\npath = \"/*\"\nservice = \"s\"\n";

Effective effective(const std::string& text) {
  auto read = read_effective(
      {{"test.toml", text}}, {[](std::string_view name) -> std::optional<std::string> {
        return name == "KEY" ? std::optional<std::string>("hidden-key") : std::nullopt;
      }});
  REQUIRE_MESSAGE(read.has_value(), text);
  return *read;
}

std::string told(const std::string& from, const std::string& to) {
  const auto print = [](std::string_view secret, std::size_t digits) {
    return (secret.find("same-start") == 0 ? std::string("aaaa") : std::string("f00d")) +
           (digits > 4 ? std::to_string(secret.size()) : "");
  };
  std::string text;
  for (const Change& change : diff(effective(from), effective(to), print)) {
    text += change.kind == ChangeKind::added     ? "+ "
            : change.kind == ChangeKind::removed ? "- "
                                                 : "~ ";
    text += change.path + "|" + change.what + "|" + std::string(name_of(change.effect));
    text += change.note.empty() ? "\n" : ", " + change.note + "\n";
  }
  return text;
}

std::string with(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("spelling, comments, order and defaults are no difference") {
  CHECK(told(kBase, kBase) == "");
  CHECK(told(kBase, "# a comment\n" + kBase) == "");
  CHECK(told(kBase,
             "[routes]\nr = { service = 's', path = \"/*\", priority = 0, enabled = true }\n"
             "[services.s]\ninstances = [{ url = \"http://10.0.2.15:80\", weight = 1 }, "
             "\"http://10.0.2.14:80\"]\nconnect_timeout = \"2000ms\"\n"
             "[listeners.a]\naddress = \"127.0.0.1:0\"\n[gateway]\nmax_body_size = \"10240KiB\"\n"
             "[store]\n[log]\nlevel = \"info\"\n") == "");
  CHECK(told(kBase + "methods = [\"GET\", \"POST\"]\n",
             kBase + "methods = [\"POST\", \"GET\"]\n") == "");
}

TEST_CASE("a value, a list, a table and a name are each told once, with what they do") {
  CHECK(told(kBase, kBase + "timeout = \"90s\"\n") == "+ routes.r.timeout|\"90s\"|live\n");
  CHECK(told(kBase, kBase + "priority = 3\n") == "~ routes.r.priority|0 → 3|live\n");
  CHECK(told(kBase, kBase + "[gateway]\nworkers = 3\n") ==
        "~ gateway.workers|\"auto\" → 3|restart\n");
  CHECK(told(kBase, kBase + "[services.s.breaker]\nfailures = 9\n") ==
        "+ services.s.breaker||live\n");
  CHECK(told(kBase + "[services.s.breaker]\n", kBase + "[services.s.breaker]\nfailures = 9\n") ==
        "~ services.s.breaker.failures|5 → 9|live\n");
  CHECK(told(kBase + "[routes.x]\npath = \"/x\"\nservice = \"s\"\n", kBase) ==
        "- routes.x||live\n");
  CHECK(told(kBase, with(kBase, "127.0.0.1:0", "127.0.0.1:80")) ==
        "~ listeners.a.address|\"127.0.0.1:0\" → \"127.0.0.1:80\"|drains\n");
  CHECK(told(kBase, kBase + "request = { set = { \"X-A\" = \"1\" } }\n") ==
        "+ routes.r.request.set.X-A|\"1\"|live\n");
}

TEST_CASE("instances are told by what came and went") {
  CHECK(told(kBase, with(kBase, ", \"http://10.0.2.15:80\"", "")) ==
        "~ services.s.instances|- http://10.0.2.15:80|drains\n");
  CHECK(told(with(kBase, ", \"http://10.0.2.15:80\"", ""), kBase) ==
        "~ services.s.instances|+ http://10.0.2.15:80|live\n");
  CHECK(told(kBase, with(kBase, "\"http://10.0.2.15:80\"",
                         "{ url = \"http://10.0.2.15:80\", weight = 3 }")) ==
        "~ services.s.instances|http://10.0.2.15:80 (defaults → weight 3)|live\n");
}

TEST_CASE("limits start empty when they are new or count something else") {
  const std::string limit =
      "limits = [\"l\"]\n[limits.l]\nkey = \"ip\"\nlimit = 5\nwindow = \"1m\"\n";
  CHECK(told(kBase, kBase + limit) ==
        "~ routes.r.limits|[] → [\"l\"]|live\n+ limits.l||live, starts empty\n");
  CHECK(told(kBase + limit, with(kBase + limit, "1m", "2m")) ==
        "~ limits.l.window|\"1m\" → \"2m\"|live, starts empty\n");
  CHECK(told(kBase + limit, with(kBase + limit, "limit = 5", "limit = 6")) ==
        "~ limits.l.limit|5 → 6|live\n");
}

TEST_CASE("secrets are shown as fingerprints and never as they are") {
  const auto jwt = [](const std::string& secret) {
    return kBase + "[auth.jwt]\nalgorithms = [\"HS256\"]\n" + secret;
  };
  const std::string first = jwt("secret = \"same-start-1\"\n");
  CHECK(told(first, jwt("secret = \"another\"\n")) ==
        "~ auth.jwt.secret|changed (aaaa → f00d)|live\n");
  // Of the same short fingerprint longer ones are shown.
  CHECK(told(first, jwt("secret = \"same-start-22\"\n")) ==
        "~ auth.jwt.secret|changed (aaaa12 → aaaa13)|live\n");
  CHECK(told(first, jwt("secret = \"${KEY}\"\n")).find("hidden-key") == std::string::npos);
  CHECK(told(first, jwt("secret_file = \"/k\"\n")) ==
        "- auth.jwt.secret|was set (aaaa)|live\n+ auth.jwt.secret_file|\"/k\"|live\n");
  CHECK(told(kBase, kBase + "request = { set = { Authorization = \"Bearer x\" } }\n") ==
        "+ routes.r.request.set.Authorization|set (f00d)|live\n");
}

TEST_CASE("long lists are told by what came and went, and so is their order") {
  const auto hosts = [](const std::string& list) { return kBase + "hosts = [" + list + "]\n"; };
  const std::string two =
      "\"aaaaaaaaaaaaaaaaaaaa.example.com\", \"bbbbbbbbbbbbbbbbbbbb.example.com\"";
  const std::string turned =
      "\"bbbbbbbbbbbbbbbbbbbb.example.com\", \"aaaaaaaaaaaaaaaaaaaa.example.com\"";
  CHECK(told(hosts(two), hosts(two + ", \"c.example.com\"")) ==
        "~ routes.r.hosts|+ c.example.com|live\n");
  CHECK(told(hosts(two), hosts(turned)) == "~ routes.r.hosts|another order|live\n");
}

TEST_CASE("every rule of effects names a key") {
  for (const EffectRule& rule : effect_rules()) {
    CHECK_MESSAGE(std::any_of(keys().begin(), keys().end(),
                              [&](const Key& key) { return key.path == rule.key; }),
                  rule.key);
  }
}

TEST_CASE("a candidate includes from where it is to stand, and texts stand for files") {
  const Environment none{[](std::string_view) -> std::optional<std::string> { return {}; }};
  Candidate candidate{"candidate.toml",
                      "include = [\"conf.d/*.toml\"]\n" + kBase,
                      "/nowhere/gatewayd.toml",
                      {{"/nowhere/conf.d/x.toml", "[routes.x]\npath = \"/x\"\nservice = \"s\"\n"},
                       {"/nowhere/other/y.toml", "[routes.y]\npath = \"/y\"\nservice = \"s\"\n"}},
                      false};
  const Loaded loaded = load(candidate, none);
  REQUIRE(loaded.config.has_value());
  CHECK(loaded.config->files.size() == 2);
  CHECK(loaded.config->routes.size() == 2);
  candidate.sealed = true;
  const Loaded sealed = load(candidate, none);
  REQUIRE(sealed.config.has_value());
  CHECK(sealed.config->routes.size() == 3);
}
