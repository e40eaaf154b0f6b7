#include "gatewayd/control/handlers.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "shared/control/messages.h"

namespace gateway::control {
namespace {

using nlohmann::json;

// Hosts and paths in the log are whatever bytes a client sent: what is no UTF-8 is replaced.
Answer data(const json& body) {
  return {200, "application/json", body.dump(-1, ' ', false, json::error_handler_t::replace), ""};
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
