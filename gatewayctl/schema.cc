#include "shared/config/schema.h"

#include <array>
#include <ostream>

#include "gatewayctl/commands.h"
#include "shared/config/man_keys.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--man", 0, {}, "print the KEYS section of gatewayd.toml(5) instead, as roff"},
};

int run(const Invocation& invocation) {
  const bool man = invocation.has("--man");
  invocation.console.out << (man ? config::render_man_keys() : config::json_schema());
  return kDone;
}

}  // namespace

constexpr Command kSchema = {
    .name = "schema",
    .operands = "",
    .summary = "print a JSON Schema of the configuration file",
    .about =
        "Editors check and complete gatewayd.toml with it: name it in the file's first line as\n"
        "#:schema /usr/share/gatewayd/gatewayd.schema.json",
    .example = "gatewayctl schema > gatewayd.schema.json",
    .options = kOptions,
    .outputs = "json",
    .operand_words = "",
    .run = run,
    .group = "Before it runs",
};

}  // namespace gateway::ctl
