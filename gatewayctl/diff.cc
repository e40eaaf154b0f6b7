#include <array>

#include "gatewayctl/changing.h"
#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/change_views.h"
#include "shared/config/visible_text.h"
#include "shared/decision/load.h"
#include "shared/policy/fingerprint.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--exit-code", 0, {}, "exit with 2 when there are differences", {}},
};

int print(const Invocation& invocation, const control::ConfigDiff& diff, const std::string& next) {
  if (invocation.json()) {
    print_json(invocation.console.out, diff);
  } else {
    invocation.console.out << render_diff(diff, next, invocation.colour_out());
  }
  return invocation.has("--exit-code") && !diff.changes.empty() ? kDifferent : kDone;
}

// What the files say; none: they have errors, which are shown.
std::optional<config::Effective> read(const Invocation& invocation, const std::string& path) {
  const auto environment = config::process_environment();
  const auto loaded = decision::load(path, environment);
  if (loaded.config) return config::read_effective(loaded.config->files, environment);
  invocation.console.err << config::render_text(loaded.diagnostics, invocation.colour_err());
  return std::nullopt;
}

int by_files(const Invocation& invocation) {
  control::ConfigDiff diff;
  diff.from = invocation.operands[0];
  diff.to = invocation.operands[1];
  const auto from = read(invocation, diff.from);
  const auto to = read(invocation, diff.to);
  if (!from || !to) return kBadConfig;
  diff.valid = true;
  diff.changes = config::diff(*from, *to, policy::fresh_fingerprints());
  return print(invocation, diff, "");
}

int run(const Invocation& invocation) {
  if (invocation.operands.size() == 2) return by_files(invocation);
  const std::string& path = invocation.operands[0];
  auto text = read_candidate(invocation, path);
  if (!text) return kFailed;
  int status = kDone;
  const auto diff = ask_diff(invocation, {path, std::move(*text), {}}, status);
  return diff ? print(invocation, *diff, "gatewayctl apply " + path) : status;
}

}  // namespace

constexpr Command kDiff = {
    .name = "diff",
    .operands = "[FROM] TO",
    .summary = "show how a configuration differs from the running one, or from another file",
    .about =
        "Compares by name what both lead to: defaults, comments and order are no difference. Of "
        "secrets it\nshows fingerprints that mean something within one comparison alone. Each "
        "change says what a\nrunning gateway does about it. TO alone is compared by the running "
        "gateway, with its environment\nand the files beside its configuration; with FROM, no "
        "daemon is needed.",
    .example =
        "gatewayctl diff candidate.toml\n"
        "gatewayctl diff --exit-code /etc/gatewayd/gatewayd.toml candidate.toml\n"
        "gatewayctl diff candidate.toml -o json | jq '.changes[].path'",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Changes",
};

namespace {

int run_drift(const Invocation& invocation) {
  const auto answer = control::Client(invocation.socket()).get(control::kConfigDriftPath);
  if (!answer) return daemon_error(invocation, answer.error());
  try {
    const auto diff = answer->get<control::ConfigDiff>();
    if (!diff.valid) {
      invocation.console.err << diff.report;
      return kBadConfig;
    }
    const int status = print(invocation, diff, "gatewayctl reload");
    if (!invocation.json() && !diff.changes.empty()) {
      for (const std::string& file : diff.files) {
        invocation.console.out << "changed: " << config::visible(file) << '\n';
      }
    }
    return invocation.has("--exit-code") && !diff.files.empty() ? kDifferent : status;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

}  // namespace

constexpr Command kDrift = {
    .name = "drift",
    .operands = "",
    .summary = "show how the files on the disk differ from what the gateway runs",
    .about =
        "The difference that a reload would make, and the files that were changed since the last "
        "one,\nincluded files too.",
    .example =
        "gatewayctl drift\n"
        "gatewayctl drift --exit-code > /dev/null || echo 'someone edited the files'",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run_drift,
    .group = "Changes",
};

}  // namespace gateway::ctl
