#include <array>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/health_views.h"
#include "shared/base/units.h"
#include "shared/config/visible_text.h"
#include "shared/control/health_messages.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--for", 0, "DURATION", "how long it stays open: 1s to 30d, with open", "1m 10m 1h 24h"},
    Option{"--reason", 0, "TEXT", "why, for the history, with open"},
};

// The services that have breakers, each once.
std::string names_of(const control::BreakerList& list) {
  std::string out;
  std::string_view last;
  for (const auto& breaker : list.breakers) {
    if (breaker.service != last) out += config::visible(breaker.service) + "\n";
    last = breaker.service;
  }
  return out;
}

int list(const Invocation& invocation) {
  return show<control::BreakerList>(
      invocation, control::kBreakersPath, [&](const control::BreakerList& breakers) {
        if (invocation.output() == "names") return names_of(breakers);
        return render_breakers(breakers, invocation.console.now(), invocation.colour_out());
      });
}

int change(const Invocation& invocation, const char* what, const control::Params& params) {
  const std::string path = control::service_path(invocation.operands[1], what);
  const auto answer = control::Client(invocation.socket()).post(path, params);
  if (!answer) return daemon_error(invocation, answer.error());
  if (invocation.json()) {
    print_json(invocation.console.out, *answer);
    return kDone;
  }
  try {
    const auto verdict = answer->get<control::BreakerVerdict>();
    invocation.console.out << render_breakers({verdict.breakers}, invocation.console.now(),
                                              invocation.colour_out());
    return kDone;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

int open(const Invocation& invocation) {
  const auto span = invocation.value("--for");
  if (!span) return usage_error(invocation, "open needs --for DURATION");
  const auto open_for = parse_duration(*span);
  if (!open_for || *open_for < control::kMinOpenFor || *open_for > control::kMaxOpenFor) {
    return usage_error(invocation, "--for takes a duration of 1s to 30d");
  }
  control::OpenBreaker wanted{*open_for, std::string(invocation.value("--reason").value_or(""))};
  if (wanted.reason.size() > control::kMaxOpenReason) {
    return usage_error(invocation, "--reason takes up to 500 bytes");
  }
  return change(invocation, control::kBreakerOpen, control::to_params(wanted));
}

int run(const Invocation& invocation) {
  const std::string& action = invocation.operands[0];
  const bool has_service = invocation.operands.size() > 1;
  if (action != "list" && action != "reset" && action != "open") {
    return usage_error(invocation, "ACTION is list, reset or open");
  }
  if (action == "list" && has_service) return usage_error(invocation, "list takes no SERVICE");
  if (action != "list" && !has_service) return usage_error(invocation, "SERVICE is missing");
  if (action == "open") return open(invocation);
  if (invocation.has("--for") || invocation.has("--reason")) {
    return usage_error(invocation, "--for and --reason go with open");
  }
  return action == "list" ? list(invocation) : change(invocation, control::kBreakerReset, {});
}

}  // namespace

constexpr Command kBreaker = {
    .name = "breaker",
    .operands = "ACTION [SERVICE]",
    .summary = "list, reset or open the breakers of services",
    .about =
        "ACTION is list, reset or open. reset closes the breakers of a service; open keeps "
        "requests "
        "from\nit for a while. Who did it is kept in the history, see gatewayctl health.",
    .example =
        "gatewayctl breaker list\n"
        "gatewayctl breaker reset samples\n"
        "gatewayctl breaker open samples --for 10m --reason maintenance",
    .options = kOptions,
    .outputs = "text json names",
    .operand_words = "list reset open|@breakers",
    .run = run,
    .group = "What runs now",
};

}  // namespace gateway::ctl
