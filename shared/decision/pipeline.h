#pragma once

#include "shared/decision/exchange.h"
#include "shared/decision/state.h"

namespace gateway::decision {

// What a decision, or all of them together, came to.
enum class Next : std::uint8_t {
  go_on,    // nothing stands against it; of all: forward it to exchange.route's service
  respond,  // the gateway answers: exchange.refusal, else exchange.own
  wait,     // exchange.awaited says what the shell is to bring before resume()
};

// Takes every decision about a request, in the order that the list in pipeline.cc gives, until one
// answers; each adds to exchange.trace. Pure but for `state`: the same for live traffic, explain
// and replay. `exchange` is reset and holds the request as received; `fresh` is the request id to
// use unless a trusted peer gave one.
Next decide(const Snapshot& snapshot, State& state, const Uuid& fresh, Exchange& exchange);

// Makes the object fit for another request: nothing is decided about it yet. Of its memory only the
// capacity stays.
void reset(Exchange& exchange);

// Goes on at the decision that had to wait, once exchange.brought is filled.
Next resume(const Snapshot& snapshot, State& state, Exchange& exchange);

// Asks the cache again, after another request has fetched the same answer or failed to.
Next consult_again(const Snapshot& snapshot, State& state, Exchange& exchange);

}  // namespace gateway::decision
