#include "gatewayd/control/handlers.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/control/explain_message.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"
#include "shared/store/reader.h"

namespace gateway::control {
namespace {

using nlohmann::json;

// Hosts and paths in the log are whatever bytes a client sent: what is no UTF-8 is replaced.
Answer data(const json& body) {
  return {200, "application/json", body.dump(-1, ' ', false, json::error_handler_t::replace), ""};
}

// Runs `question` on the request log. A reader of its own for each call: it costs a millisecond,
// and calls stay independent.
template <class Question>
Answer from_store(Backend& backend, Question question) {
  const std::string path = backend.store_path();
  if (path.empty()) return problem(404, "nothing is logged: store.path is not set");
  auto reader = store::Reader::open(path);
  if (!reader) return problem(503, reader.error().message);
  auto found = question(*reader);
  if (!found) return problem(503, found.error().message);
  return data(to_document(*found));
}

Answer logs(const Call& call, Backend& backend) {
  const auto filter = parse_log_filter(call.params);
  if (!filter) return problem(400, filter.error().message);
  return from_store(backend, [&](store::Reader& reader) { return reader.logs(*filter); });
}

Answer security(const Call& call, Backend& backend) {
  const auto filter = parse_security_filter(call.params);
  if (!filter) return problem(400, filter.error().message);
  return from_store(backend, [&](store::Reader& reader) { return reader.security(*filter); });
}

Answer stats(const Call& call, Backend& backend) {
  const auto query = parse_stats_query(call.params, SystemClock().unix_now());
  if (!query) return problem(400, query.error().message);
  return from_store(backend, [&](store::Reader& reader) { return reader.stats(*query); });
}

Answer explain(const Call& call, Backend& backend) {
  const auto request = parse_explain_request(call.body);
  if (!request) return problem(400, request.error().message);
  return data(to_document(backend.explain(*request)));
}

struct Endpoint {
  std::string_view method;
  std::string_view path;
  Answer (*answer)(const Call& call, Backend& backend);
};

constexpr std::array kEndpoints = {
    Endpoint{"GET", kStatusPath, [](const Call&, Backend& b) { return data(b.status()); }},
    Endpoint{"GET", kRoutesPath, [](const Call&, Backend& b) { return data(b.routes()); }},
    Endpoint{"GET", kServicesPath, [](const Call&, Backend& b) { return data(b.services()); }},
    Endpoint{"GET", kLogsPath, logs},
    Endpoint{"GET", kSecurityLogPath, security},
    Endpoint{"GET", kStatsPath, stats},
    Endpoint{"POST", kExplainPath, explain},
    Endpoint{"POST", kReloadPath,
             [](const Call& call, Backend& b) { return data(b.reload(call.peer)); }},
};

}  // namespace

Answer handle(const Call& call, Backend& backend) {
  for (const Endpoint& endpoint : kEndpoints) {
    if (endpoint.path != call.path) continue;
    const bool head = call.method == "HEAD" && endpoint.method == "GET";
    if (endpoint.method == call.method || head) return endpoint.answer(call, backend);
    Answer refused = problem(405, "this path answers another method");
    refused.allow = endpoint.method == "GET" ? "GET, HEAD" : std::string(endpoint.method);
    return refused;
  }
  return problem(404, "the control API has no such path");
}

}  // namespace gateway::control
