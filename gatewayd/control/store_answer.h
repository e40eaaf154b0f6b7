#pragma once

#include <string>

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "shared/store/reader.h"

namespace gateway::control {

inline Answer nothing_logged() {
  return problem(404, "nothing is logged: store.path is not set");
}

// Runs `question` on the request log and makes the answer of what it found. A reader of its own for
// each call: it costs a millisecond, and calls stay independent.
template <class Question>
Answer from_store(Backend& backend, Question question) {
  const std::string path = backend.store_path();
  if (path.empty()) return nothing_logged();
  auto reader = store::Reader::open(path);
  if (!reader) return problem(503, reader.error().message);
  return question(*reader);
}

}  // namespace gateway::control
