#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/command.h"
#include "shared/control/client.h"

namespace gateway::ctl {

inline constexpr milliseconds kNamesPatience{500};

// Prints why the daemon did not answer and returns the exit status for it: kUnreachable or kFailed.
int daemon_error(const Invocation& invocation, const control::ClientError& error);

// For an answer whose fields are of other types than this version knows.
control::ClientError strange_answer(const Invocation& invocation, const std::exception& why);

// Asks the daemon for `path`; prints the answer as JSON with -o json, else what `render` makes of
// it as a Message of shared/control/messages.h.
// -o names, which completion asks for at every keystroke, waits for kNamesPatience alone.
template <class Message, class Render>
int show(const Invocation& invocation, const char* path, Render render) {
  std::optional<milliseconds> patience;
  if (invocation.output() == "names") patience = kNamesPatience;
  const auto answer = control::Client(invocation.socket(), patience).get(path);
  if (!answer) return daemon_error(invocation, answer.error());
  if (invocation.json()) {
    print_json(invocation.console.out, *answer);
    return kDone;
  }
  try {
    invocation.console.out << render(answer->template get<Message>());
    return kDone;
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

}  // namespace gateway::ctl
