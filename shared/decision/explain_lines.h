#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/decision/exchange.h"
#include "shared/decision/explain.h"

namespace gateway::decision {

// Parts of explain(): each puts what was decided into words and decides nothing.

// "gatewayd.toml:41"; empty when it stands nowhere.
std::string place_text(const Snapshot& snapshot, const config::Place& place);

// Every step of exchange.trace (explain_steps.cc).
void tell_steps(const Snapshot& snapshot, const Exchange& x, std::vector<ExplainLine>& lines);

// The route that was taken, if any, and those that were not (explain_route.cc).
void tell_route(const Snapshot& snapshot, const Exchange& x, const Step& step,
                std::vector<ExplainLine>& lines);

// One limit (explain_limit.cc).
ExplainLine limit_line(const Snapshot& snapshot, const Exchange& x,
                       const policy::LimitVerdict& verdict);

// Path, query and fields as the upstream would see them (explain_changes.cc).
void tell_changes(const Snapshot& snapshot, const Exchange& x, std::vector<ExplainLine>& lines);
// Explanation::sent_fields (explain_changes.cc).
std::vector<std::string> sent_fields(const Snapshot& snapshot, const Exchange& x);
// Whether the answer is compressed, as far as the request tells; and of a kept one, which is known
// (explain_coding.cc). Nothing where the route compresses none.
void tell_coding(const Exchange& x, std::vector<ExplainLine>& lines);
void tell_kept_coding(Exchange& x, std::vector<ExplainLine>& lines);
// How it ends (explain_outcome.cc): sent to a service, or refused as that takes nothing now;
// answered; or not known because of `reason`.
void tell_forward(const Snapshot& snapshot, Exchange& x, const ServiceState& service_state,
                  Explanation& out);
void tell_answer(const Snapshot& snapshot, const Exchange& x, Explanation& out);
void leave_open(std::string_view label, std::string_view summary, std::string reason,
                Explanation& out);

// "Name: value" for each of the lines, which end in CRLF.
std::vector<std::string> split_lines(std::string_view lines);

}  // namespace gateway::decision
