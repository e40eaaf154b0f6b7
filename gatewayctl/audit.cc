#include <array>
#include <charconv>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/render/audit_view.h"
#include "gatewayctl/time_argument.h"
#include "shared/control/audit_messages.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--number", 'n', "N", "how many calls, newest first: 1 to 500 (default: 50)", {}},
    Option{"--by", 0, "NAME", "of one user or holder of a token alone", {}},
    Option{"--since", 0, "TIME", "from this time on: back from now, or UTC", "1h 24h 7d 30d"},
    Option{"--until", 0, "TIME", "before this time", "1h 24h 7d 30d"},
};

// What is wrong with the options; "": nothing.
std::string read_options(const Invocation& invocation, store::AuditFilter& filter) {
  if (const auto number = invocation.value("--number")) {
    std::size_t limit = 0;
    const auto [end, error] =
        std::from_chars(number->data(), number->data() + number->size(), limit);
    const bool whole = error == std::errc{} && end == number->data() + number->size();
    if (!whole || limit == 0 || limit > store::kMaxAuditPage) {
      return "-n takes a number from 1 to 500";
    }
    filter.limit = limit;
  }
  filter.by = invocation.value("--by").value_or("");
  for (const auto& [option, into] :
       {std::pair{"--since", &filter.since}, std::pair{"--until", &filter.until}}) {
    const auto given = invocation.value(option);
    if (!given) continue;
    const auto time = parse_time_argument(*given, invocation.console.now());
    if (!time) return std::string(option) + " takes " + std::string(kTakesTime);
    *into = *time;
  }
  return {};
}

int run(const Invocation& invocation) {
  store::AuditFilter filter;
  if (const std::string wrong = read_options(invocation, filter); !wrong.empty()) {
    return usage_error(invocation, wrong);
  }
  const auto answer =
      control::Client(invocation.socket()).get(control::kAuditPath, control::to_params(filter));
  if (!answer) return daemon_error(invocation, answer.error());
  if (invocation.json()) {
    print_json(invocation.console.out, *answer);
    return kDone;
  }
  try {
    invocation.console.out << render_audit(answer->get<control::AuditList>(),
                                           invocation.colour_out());
    return kDone;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

}  // namespace

constexpr Command kAudit = {
    .name = "audit",
    .operands = "",
    .summary = "list who changed what over the control API",
    .about =
        "Every call of the control API that changes something, and every one that was refused it, "
        "with who\nmade it, from where, and the status it was answered with. The last 100,000 are "
        "kept.",
    .example =
        "gatewayctl audit -n 20\n"
        "gatewayctl audit --since 24h --by ci",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Changes",
};

}  // namespace gateway::ctl
