#include <array>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/health_views.h"
#include "shared/base/units.h"
#include "shared/control/health_messages.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--history", 0, "DURATION", "what has changed since: 24h, 7d; of one SERVICE",
           "1h 24h 7d 30d"},
};

// Asks for one service; without a history when none is wanted.
int show_service(const Invocation& invocation, const std::string& service,
                 const control::Params& params) {
  const std::string path = control::service_path(service, control::kServiceHealth);
  const auto answer = control::Client(invocation.socket()).get(path, params);
  if (!answer) return daemon_error(invocation, answer.error());
  if (invocation.json()) {
    print_json(invocation.console.out, *answer);
    return kDone;
  }
  try {
    invocation.console.out << render_service_health(answer->get<control::ServiceHealthReport>(),
                                                    invocation.console.now(),
                                                    invocation.colour_out());
    return kDone;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

int run(const Invocation& invocation) {
  const auto history = invocation.value("--history");
  if (history) {
    if (invocation.operands.empty()) return usage_error(invocation, "--history needs a SERVICE");
    const auto back = parse_duration(*history);
    if (!back || *back < milliseconds(1) || *back > control::kMaxHistory) {
      return usage_error(invocation, "--history takes a duration (90s, 24h, 30d)");
    }
    return show_service(invocation, invocation.operands[0], {{"history", format_duration(*back)}});
  }
  if (!invocation.operands.empty()) return show_service(invocation, invocation.operands[0], {});
  return show<control::HealthReport>(
      invocation, control::kHealthPath, [&](const control::HealthReport& report) {
        return render_health(report, invocation.console.now(), invocation.colour_out());
      });
}

}  // namespace

constexpr Command kHealth = {
    .name = "health",
    .operands = "[SERVICE]",
    .summary = "show the health of every instance, and what has changed",
    .about =
        "With --history, every change of the service's health and breakers with its reason, oldest "
        "first,\nand its checks, counted in whole hours.",
    .example =
        "gatewayctl health\n"
        "gatewayctl health samples --history 24h\n"
        "gatewayctl health -o json | jq '.services[] | select(.state != \"healthy\").name'",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "@services",
    .run = run,
    .group = "What runs now",
};

}  // namespace gateway::ctl
