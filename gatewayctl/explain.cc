#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/daemon.h"
#include "gatewayctl/explain_options.h"
#include "gatewayctl/render/views.h"
#include "shared/config/visible_text.h"
#include "shared/control/explain_message.h"
#include "shared/decision/load.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{
        "--header", 'H', "FIELD", "a header field of the request: \"Name: value\"; any number", {}},
    Option{"--data", 'd', "TEXT", "the body, for rules that look into it", {}},
    Option{"--client", 0, "IP", "who connects (default: 127.0.0.1)", {}},
    Option{"--user", 0, "NAME", "take it for this user's, whatever credentials it has", {}},
    Option{"--role", 0, "NAME", "a role of that user; any number", {}},
    Option{"--scope", 0, "NAME", "a scope of that user; any number", {}},
    Option{"--at", 0, "TIME", "when it comes, if not now: 5m (ago) or a UTC time", {}},
    Option{"--config", 0, "FILE", "by this file, without a daemon", {}},
};

int print(const Invocation& invocation, const decision::Explanation& explanation) {
  invocation.console.out << render_explanation(explanation, invocation.colour_out());
  for (const std::string& note : explanation.notes) {
    invocation.console.err << "note: " << config::visible(note) << '\n';
  }
  return kDone;
}

// What the file's key files hold; a note for what cannot be read, as explaining goes on without.
decision::KeyFiles read_keys(const config::Config& config, std::vector<std::string>& notes) {
  config::Diagnostics found;
  auto keys = decision::load_key_files(config, config::process_environment(), found);
  for (const config::Diagnostic& item : found.items) {
    if (item.severity == config::Severity::error) {
      notes.push_back("not at hand: " + item.message);
    }
  }
  return keys;
}

int by_file(const Invocation& invocation, const std::string& path,
            decision::ExplainRequest request) {
  auto loaded = decision::load(path, config::process_environment());
  if (!loaded.config) {
    invocation.console.err << config::render_text(loaded.diagnostics, invocation.colour_err());
    return kBadConfig;
  }
  std::vector<std::string> notes;
  if (!loaded.config->limits.empty()) notes.emplace_back("the counters of limits start empty");
  auto keys = read_keys(*loaded.config, notes);
  const auto snapshot = decision::build_snapshot(*std::move(loaded.config), keys);
  policy::LimitTable counters(policy::LimitTable::kSetBytes, {});
  decision::State state{policy::Sha256{}};
  state.limits = &counters;
  if (!keys.jwt_keys.empty()) {
    state.use_keys(std::make_shared<const policy::KeySet>(std::move(keys.jwt_keys)));
  }
  if (request.time == 0) request.time = invocation.console.now();
  auto explanation = decision::explain(*snapshot, state, request);
  explanation.notes.insert(explanation.notes.begin(), notes.begin(), notes.end());
  if (invocation.json()) {
    print_json(invocation.console.out, control::to_document(explanation));
    return kDone;
  }
  return print(invocation, explanation);
}

int by_daemon(const Invocation& invocation, const decision::ExplainRequest& request) {
  const auto answer = control::Client(invocation.socket())
                          .post_json(control::kExplainPath, control::to_document(request));
  if (!answer) return daemon_error(invocation, answer.error());
  if (invocation.json()) {
    print_json(invocation.console.out, *answer);
    return kDone;
  }
  try {
    return print(invocation, control::explanation_from(*answer));
  } catch (const nlohmann::json::exception& why) {
    return daemon_error(invocation, strange_answer(invocation, why));
  }
}

int run(const Invocation& invocation) {
  auto request = explain_request(invocation);
  if (!request) return usage_error(invocation, request.error().message);
  if (const auto path = invocation.value("--config")) {
    return by_file(invocation, std::string(*path), std::move(*request));
  }
  return by_daemon(invocation, *request);
}

}  // namespace

constexpr Command kExplain = {
    .name = "explain",
    .operands = "METHOD URL",
    .summary = "show what would become of a request, decision by decision",
    .about =
        "Asks the running gateway, with its counters and keys; with --config, a file alone, with\n"
        "counters that start empty. No limit is charged and nothing is sent: what a service would\n"
        "have to be asked for is said instead. URL is https://HOST/PATH, http://HOST/PATH or "
        "/PATH.",
    .example =
        "gatewayctl explain GET https://api.example.com/samples/7 --client 203.0.113.9\n"
        "gatewayctl explain GET /samples/7 --user u-17 --role lab -o json\n"
        "gatewayctl explain DELETE /samples/7 -HOrigin:https://app.example --config gatewayd.toml",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "GET HEAD POST PUT PATCH DELETE OPTIONS",
    .run = run,
    .group = "Before it runs",
};

}  // namespace gateway::ctl
