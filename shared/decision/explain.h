#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/decider.h"
#include "shared/decision/explain_request.h"
#include "shared/decision/snapshot.h"
#include "shared/decision/state.h"

namespace gateway::decision {

// Routes that a request was passed over for are named one by one up to here.
inline constexpr std::size_t kMaxPassedOver = 8;

// One line of an explanation: what one decision came to.
struct ExplainLine {
  enum class Kind : std::uint8_t {
    passed,
    refused,   // ends the request
    observed,  // would have been refused, were the policy not set to observe
    answered,  // the gateway answers, and that is no refusal
    open,      // not asked, and so not known
  };
  Kind kind = Kind::passed;
  std::string label;    // "route", "limit", …; empty: the line goes on with the one before
  std::string summary;  // a name, or all that there is to say
  std::string detail;   // what of the request decided
  std::string remark;   // what came of it
  std::string place;    // "gatewayd.toml:41" of the rule; may be empty
};

// Every decision about one request in its order, and what becomes of it.
struct Explanation {
  enum class Outcome : std::uint8_t {
    forward,  // sent as `target` to one of `instances` of `service`
    answer,   // answered by the gateway with `status`, because of `decider`
    open,     // what would have to be asked for is not asked; `reason` says what
  };
  std::vector<ExplainLine> lines;
  Outcome outcome = Outcome::open;
  std::string method;
  std::string target;  // path and query as the upstream would see them
  std::string service;
  std::vector<std::string> instances;  // URLs, of those that may get it
  std::string breaker;                 // of `service`: "closed"; empty: it has none, or not known
  std::optional<std::uint32_t> instances_healthy;  // none: not known, as nothing judges them
  std::uint16_t status = 0;
  std::string decider;              // DeciderInfo::name
  std::string reason;               // a sentence; may be empty
  std::vector<std::string> fields;  // lines that the policies add to the answer, "Name: value"
  std::vector<std::string> notes;   // what is other than in traffic: counters that start empty …
  std::uint32_t revision = 0;       // of the running configuration; 0: a file
  // For who makes it, see control::to_document() for what of it travels.
  std::string route;                     // empty: none was reached
  std::vector<std::string> services;     // of which it is one: several for a split by chance
  std::vector<std::string> sent_fields;  // lines that a service would get of the client's and the
                                         // policies' fields; what every request gets is left out
};

// How a request ends, without a word about why.
struct Ending {
  Explanation::Outcome outcome = Explanation::Outcome::open;
  Decider decider = Decider::upstream;  // of an answer
  std::uint16_t status = 0;             // of an answer
};

// What the shell knows of a service beyond its config.
struct ServiceNow {
  std::string breaker;                             // "closed", "open at 1 of 2 instances"
  std::optional<std::uint32_t> instances_healthy;  // none: nothing judges them
  std::vector<std::uint32_t> open_to;              // instances that a request may be sent to
  std::optional<Error> refusal;                    // why none may be sent
  std::uint32_t retry_after = 0;                   // seconds, with a refusal; 0: not told
};
// The state of a service by its index.
using ServiceState = std::function<ServiceNow(std::uint32_t service)>;

// Takes the decisions about `request` as traffic does, with the same code, and tells them. Looks at
// the counters of limits and charges none; asks no service and sends nothing. What would have to be
// asked for leaves the outcome open, but for a Basic password, which is verified in place (tens of
// milliseconds), and a body, of which request.body is taken.
//
// `state`: of this call alone, its counters and keys given; nothing of it is kept. `request` is one
// that fault_of() lets through, its time set. Without `service_state` every instance may be sent
// to, and nothing is said of their health. Any thread.
Explanation explain(const Snapshot& snapshot, State& state, const ExplainRequest& request,
                    const ServiceState& service_state = {});

// The same, but charges the counters of limits as traffic does: one request after another, at times
// of their own, is then traffic in virtual time.
Explanation rehearse(const Snapshot& snapshot, State& state, const ExplainRequest& request);

// rehearse() that puts nothing into words, for long series: a few microseconds.
Ending rehearse_ending(const Snapshot& snapshot, State& state, const ExplainRequest& request);

}  // namespace gateway::decision
