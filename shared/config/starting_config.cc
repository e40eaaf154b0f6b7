#include "shared/config/starting_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <span>
#include <string_view>
#include <vector>

#include "shared/config/key_text.h"
#include "shared/config/key_tree.h"

namespace gateway::config {
namespace {

constexpr std::size_t kWidth = 80;

// A line of the file. Names that the author chooses stand for themselves: "services.api.instances".
struct Line {
  std::string_view path;
  std::string_view value = {};  // as TOML spells it; empty: the default
  bool on = false;              // else it stands there as a comment
};
constexpr bool kOn = true;

// What a first configuration is made of, and what most grow into. Tables in the order of a
// request's way; every other key is in gatewayd.toml(5).
constexpr Line kLines[] = {
    {"version", {}, kOn},
    {"include", R"(["conf.d/*.toml"])"},

    {"gateway.expose", R"(["health"])", kOn},
    {"gateway.workers"},
    {"gateway.trusted_proxies", R"(["10.0.0.0/8"])"},
    {"gateway.max_connections"},
    {"gateway.max_body_size"},
    {"gateway.drain_timeout"},

    {"listeners.public.address", R"("127.0.0.1:8000")", kOn},

    {"listeners.public.tls.certificate", R"("/etc/gatewayd/site.pem")"},
    {"listeners.public.tls.key", R"("/etc/gatewayd/site.key")"},

    {"services.api.instances", R"(["http://127.0.0.1:8080"])", kOn},
    {"services.api.connect_timeout"},
    {"services.api.response_timeout"},
    {"services.api.max_connections"},
    {"services.api.retry.attempts"},
    {"services.api.health.path"},
    {"services.api.health.every"},
    {"services.api.breaker.failures"},
    {"services.api.breaker.open_for"},

    {"routes.api.path", R"("/*")", kOn},
    {"routes.api.service", R"("api")", kOn},
    {"routes.api.hosts", R"(["api.example.com"])"},
    {"routes.api.methods", R"(["GET", "POST"])"},
    {"routes.api.rewrite", R"("/api/v1/*")"},
    {"routes.api.timeout", R"("30s")"},
    {"routes.api.auth", R"(["jwt"])"},
    {"routes.api.roles", R"(["admin"])"},
    {"routes.api.limits", R"(["per_client"])"},
    {"routes.api.cors", R"("site")"},

    {"auth.jwt.algorithms", R"(["HS256"])"},
    {"auth.jwt.secret", R"("${JWT_SECRET_KEY:?the key that tokens are signed with}")"},
    {"auth.jwt.issuer", R"("https://login.example.com")"},

    {"limits.per_client.key", R"("ip")"},
    {"limits.per_client.limit", "1000"},
    {"limits.per_client.window", R"("1h")"},

    {"cors.site.origins", R"(["https://www.example.com"])"},
    {"cors.site.methods", R"(["GET", "POST"])"},

    {"security.headers", R"("strict")"},
    {"security.threats", R"("observe")"},
    {"security.deny", R"(["192.0.2.0/24"])"},

    {"store.path"},
    {"store.keep_requests"},
    {"store.max_size"},

    {"control.socket"},

    {"log.level"},
    {"log.to"},
};

constexpr std::string_view kAbout =
    R"(# A configuration of gatewayd. "#" without a space after it stands before a setting that is off:
# take it away and the setting holds. Where it shows a default, that holds anyway. Above each stands
# what it means; every key there is: gatewayd.toml(5).
#
#   gatewayctl validate FILE       is it right? Offline.
#   gatewayctl doctor FILE         is this machine ready for it?
)";

constexpr std::string_view kOnMachine =
    R"(#   systemctl reload gatewayd      serve by it, without losing a connection
)";

constexpr std::string_view kHere =
    R"(#   gatewayd --config FILE         serve by it
#   gatewayctl status --socket ./gatewayd.sock
)";

const Key& key_of(std::string_view path) {
  const KeyNode* node = &key_tree();
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('.'));
    node = node->child(part);
    assert(node && "a starting line names a key of the table");
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  return *node->key;
}

std::string_view table_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

std::string commented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > kWidth - 2) end = std::min(text.rfind(' ', kWidth - 2), end);
    out += fmt::format("# {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// What the table of keys says: its sentence and, for a word, the words there are.
std::string meaning(const Key& key) {
  std::string text(key.help);
  const bool is_word = key.type == KeyType::choice || key.type == KeyType::choice_or_map;
  if (is_word && text.find(key.choices.front().name) == std::string::npos) {
    std::string words;
    for (const Choice& choice : key.choices) {
      words += (words.empty() ? "" : ", ") + choice_form(choice);
    }
    text.back() = ':';
    text += fmt::format(" {}.", words);
  }
  return commented(text);
}

// Of a table with a name that the author chose: what the table of such names is for.
std::string_view purpose(std::string_view table) {
  const Key& key = key_of(table);
  return last_name(key) == "*" ? key_of(table_of(table)).help : key.help;
}

// "[services.api.retry]" with what the table is for; off when nothing in it is on.
std::string header(std::string_view table, std::span<const Line> lines) {
  bool on = false;
  for (const Line& line : lines) on |= line.on && table_of(line.path) == table;
  return fmt::format("\n{}{}[{}]\n", commented(purpose(table)), on ? "" : "#", table);
}

std::string render(std::span<const Line> lines) {
  std::string out;
  std::string_view table;
  for (const Line& line : lines) {
    const Key& key = key_of(line.path);
    if (const auto next = table_of(line.path); next != table) {
      table = next;
      out += header(table, lines);
    }
    out += meaning(key);
    out +=
        fmt::format("{}{} = {}\n", line.on ? "" : "#", line.path.substr(line.path.rfind('.') + 1),
                    line.value.empty() ? toml_default(key) : std::string(line.value));
  }
  return out;
}

}  // namespace

std::string starting_config(Home home) {
  std::vector<Line> lines(std::begin(kLines), std::end(kLines));
  if (home == Home::here) {
    for (Line& line : lines) {
      if (line.path == "store.path") line = {line.path, R"("gatewayd.db")", kOn};
      if (line.path == "control.socket") line = {line.path, R"("gatewayd.sock")", kOn};
    }
  }
  return fmt::format("{}{}\n{}", kAbout, home == Home::here ? kHere : kOnMachine, render(lines));
}

}  // namespace gateway::config
