#pragma once

#include <string>

#include "shared/decision/exchange.h"

namespace gateway::decision {

// The response side of the policies: fields that the gateway adds to an answer, in reverse order of
// the request's decisions. Append whole lines, CRLF included.

// To an answer of the upstream, whose own fields are `fields`: the route's changes, then what every
// answer carries. What route->answer_drops and route->response name is left out by the caller.
void append_to_upstream_answer(const Snapshot& snapshot, const Exchange& exchange,
                               const Fields& fields, std::string& out);

// Decides whether an answer of the service, or a kept one, is compressed: exchange.compress.
void judge_coding(Exchange& exchange, const policy::CodableAnswer& answer);
// What of that the request alone decides; its route compresses.
policy::CompressRules::Verdict judge_asked_coding(const Exchange& exchange);

// To an answer of the gateway's own, refusals included: exchange.answer_lines, then what every
// answer carries. The exchange may be of a request that never reached a route.
void append_to_own_answer(const Snapshot& snapshot, const Exchange& exchange, std::string& out);

}  // namespace gateway::decision
