#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/doctor/examine.h"
#include "gatewayctl/doctor/look.h"
#include "gatewayctl/render/doctor_view.h"
#include "shared/config/visible_text.h"
#include "shared/decision/load.h"

namespace gateway::ctl {
namespace {

constexpr const char* kDefaultFile = "/etc/gatewayd/gatewayd.toml";

constexpr std::array kOptions = {
    Option{"--user", 0, "NAME", "whose permissions count (default: gatewayd if root asks)"},
    Option{"--strict", 0, {}, "exit with 3 when there are warnings"},
};

int run(const Invocation& invocation) {
  auto runner = std::optional(doctor::likely_runner());
  if (const auto name = invocation.value("--user"))
    runner = doctor::runner_named(std::string(*name));
  if (!runner) {
    return usage_error(invocation, "there is no user \"" +
                                       config::visible(*invocation.value("--user")) +
                                       "\" on this machine");
  }
  const std::string path = invocation.operands.empty() ? kDefaultFile : invocation.operands.front();
  const auto loaded = decision::load(path, config::process_environment());
  const auto findings = doctor::examine(path, loaded, *runner, invocation.console.now());
  if (invocation.json()) {
    print_json(invocation.console.out, findings_json(findings));
  } else {
    invocation.console.out << render_findings(findings, invocation.colour_out());
  }
  if (!loaded.config) return kBadConfig;
  if (count_of(findings, doctor::State::fail) > 0) return kFailed;
  const bool warned = count_of(findings, doctor::State::warn) > 0;
  return warned && invocation.has("--strict") ? kWarnings : kDone;
}

}  // namespace

constexpr Command kDoctor = {
    .name = "doctor",
    .operands = "[FILE]",
    .summary = "check whether this machine is ready for a configuration",
    .about =
        "Looks at limits, ports, owners and permissions, disk, database, clock, names of services\n"
        "and what expires, and says of each that is not well what to do. Changes nothing. FILE is\n"
        "/etc/gatewayd/gatewayd.toml unless given. Exits with 1 when something fails, with 78 "
        "when\n"
        "FILE has errors. Ask as root: others may not see everything.",
    .example =
        "gatewayctl doctor\n"
        "gatewayctl doctor candidate.toml --user gatewayd -o json",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Before it runs",
};

}  // namespace gateway::ctl
