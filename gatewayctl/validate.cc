#include <array>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/render/annotation.h"
#include "shared/decision/load.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--strict", 0, {}, "exit with 3 when there are warnings"},
};

int run(const Invocation& invocation) {
  const auto loaded = decision::load(invocation.operands[0], config::process_environment());
  const config::Diagnostics& found = loaded.diagnostics;
  // The findings are what was asked for: data, whatever they say.
  std::ostream& out = invocation.console.out;
  if (invocation.json()) {
    out << config::render_json(found) << '\n';
  } else if (invocation.output() == "github") {
    out << annotations(found);
  } else {
    out << config::render_text(found, invocation.colour_out());
  }
  if (found.errors() > 0) return kBadConfig;
  return found.warnings() > 0 && invocation.has("--strict") ? kWarnings : kDone;
}

}  // namespace

constexpr Command kValidate = {
    .name = "validate",
    .operands = "FILE",
    .summary = "check a configuration file and what it includes",
    .about =
        "Prints every error and warning of one run, each with its place. Needs no daemon, no\n"
        "network, no root, and writes nothing. Exits with 78 when there are errors. With\n"
        "-o github each is an annotation of its line, for reviews.",
    .example =
        "gatewayctl validate /etc/gatewayd/gatewayd.toml\n"
        "gatewayctl validate gatewayd.toml --strict -o json\n"
        "gatewayctl validate gatewayd.toml -o github",
    .options = kOptions,
    .outputs = "text json github",
    .operand_words = "",
    .run = run,
    .group = "Before it runs",
};

}  // namespace gateway::ctl
