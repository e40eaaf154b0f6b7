#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "gatewayd/control/answer.h"
#include "gatewayd/control/backend.h"
#include "gatewayd/control/call.h"
#include "gatewayd/control/head_gate.h"
#include "shared/control/param_texts.h"

namespace gateway::control {

// What an endpoint answers when all goes well.
struct Reply {
  int status = 200;
  std::string_view what;
  // A document of the answer's form, from which its schema is made; null: it has none.
  nlohmann::json (*sample)() = nullptr;
  std::string_view type = "application/json";
  std::string_view schema{};  // in the place of a sample: one of openapi.cc
};

// One method of one path, and the only place where it is described: dispatch, roles, the bound of
// the body and the OpenAPI document are all made from it.
struct Endpoint {
  std::string_view method;
  std::string_view path;  // "{name}" stands for a text that is not empty
  Role role = Role::viewer;
  bool changes = false;  // it changes something, and so is recorded
  std::string_view summary;
  std::vector<ParamText> (*params)() = nullptr;  // of the query; null: none
  std::string_view body{};                       // its schema, see openapi.cc; empty: none is read
  std::size_t max_body = 0;                      // bytes
  bool takes_etag = false;                       // as If-Match
  Reply reply;
  Answer (*answer)(const Call& call, Backend& backend);
};

// The rooms of the API, each a file that holds the handlers of its endpoints.
std::span<const Endpoint> management_endpoints();
std::span<const Endpoint> monitoring_endpoints();
std::span<const Endpoint> configuration_endpoints();
std::span<const Endpoint> operation_endpoints();  // what gatewayctl asks beside those
std::span<const Endpoint> document_endpoints();

struct Room {
  std::string_view name;
  std::string_view about;  // one sentence
  std::span<const Endpoint> endpoints;
};
const std::vector<Room>& rooms();

// The endpoint of a method and a path, `name` being what stands for {name} there; GET's answers
// HEAD. None: `allow` tells which methods the path has, empty: there is no such path.
const Endpoint* find_endpoint(std::string_view method, std::string_view path, std::string& name,
                              std::string& allow);

}  // namespace gateway::control
