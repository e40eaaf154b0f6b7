#include <fmt/format.h>

#include <array>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

using nlohmann::json;

constexpr const char* kPath = "/api/v1/gateway/rate-limits";

constexpr std::array kOptions = {
    Option{"--client", 0, "ADDRESS", "how much of limits by ip this client has used"},
    Option{"--user", 0, "NAME", "how much of limits by user this user has used"},
};

std::string key_of(const json& rule) {
  std::string text;
  for (const json& part : rule.value("key", json::array())) {
    text += (text.empty() ? "" : ", ") + part.get<std::string>();
  }
  return text;
}

std::string count_of(const json& rule, const char* name) {
  const auto found = rule.find(name);
  if (found == rule.end() || found->is_null()) return "–";
  return format_count(found->get<std::uint64_t>());
}

std::string names_of(const json& rules) {
  std::string out;
  for (const json& rule : rules) out += config::visible(rule.value("name", std::string())) + "\n";
  return out;
}

std::string render(const json& rules, bool colour) {
  if (rules.empty()) return "the running configuration has no limits\n";
  Table table({"LIMIT", "KEY", "AT MOST", "EVERY", "USED", "REFUSED", "OBSERVED", "MODE"});
  for (const json& rule : rules) {
    const std::string refused = count_of(rule, "refused");
    const std::uint64_t force = rule.value("in_force_percent", std::uint64_t{100});
    table.add({rule.value("name", std::string()),
               key_of(rule),
               count_of(rule, "limit") + (force < 100 ? fmt::format(" ({} %)", force) : ""),
               rule.value("window", std::string()),
               count_of(rule, "used"),
               {refused, refused == "0" ? Colour::none : Colour::red},
               count_of(rule, "observed"),
               rule.value("mode", std::string())});
  }
  return table.render(colour);
}

int run(const Invocation& invocation) {
  control::Params params;
  if (const auto client = invocation.value("--client")) params.emplace_back("client", *client);
  if (const auto user = invocation.value("--user")) params.emplace_back("user", *user);
  const bool names = invocation.output() == "names";
  const auto patience = names ? std::optional(kNamesPatience) : std::nullopt;
  const auto answer = control::Client(invocation.socket(), patience).get(kPath, params);
  if (!answer) return daemon_error(invocation, answer.error());
  if (invocation.json()) {
    print_json(invocation.console.out, *answer);
    return kDone;
  }
  try {
    const json rules = answer->value("rules", json::array());
    invocation.console.out << (names ? names_of(rules) : render(rules, invocation.colour_out()));
    return kDone;
  } catch (const json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

}  // namespace

constexpr Command kLimits = {
    .name = "limits",
    .operands = "",
    .summary = "list the limits of the running configuration and how often each refused",
    .about =
        "In the order of the files. USED is of everyone, or of the client or user that is named; "
        "REFUSED and\nOBSERVED count since the gateway started.",
    .example =
        "gatewayctl limits\n"
        "gatewayctl limits --client 203.0.113.9\n"
        "gatewayctl limits -o json | jq '.rules[] | select(.refused > 0)'",
    .options = kOptions,
    .outputs = "text json names",
    .operand_words = "",
    .run = run,
    .group = "What runs now",
};

}  // namespace gateway::ctl
