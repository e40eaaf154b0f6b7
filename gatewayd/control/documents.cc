#include <nlohmann/json.hpp>

#include "gatewayd/control/docs_page.h"
#include "gatewayd/control/endpoint.h"
#include "gatewayd/control/openapi.h"
#include "shared/decision/builtin.h"

// The API's own description, made from the tables of all rooms.
namespace gateway::control {
namespace {

Answer openapi(const Call&, Backend&) {
  static const std::string document = openapi_document().dump(2) + "\n";
  return {200, "application/json", document};
}

Answer docs(const Call&, Backend&) {
  static const std::string page = docs_page();
  Answer answer{200, "text/html; charset=utf-8", page};
  answer.fields.emplace_back("Content-Security-Policy", decision::kPagePolicy);
  return answer;
}

constexpr Reply kDocument = {200, "The document.", nullptr, "application/json"};
constexpr Reply kPage = {200, "The page.", nullptr, "text/html"};

constexpr Endpoint kEndpoints[] = {
    {.method = "GET",
     .path = "/api/v1/gateway/openapi.json",
     .summary = "This API as an OpenAPI 3.1 document.",
     .reply = kDocument,
     .answer = openapi},
    {.method = "GET",
     .path = "/api/v1/gateway/docs",
     .summary = "This API as a page to read.",
     .reply = kPage,
     .answer = docs},
    {.method = "GET",
     .path = "/openapi.json",
     .summary = "This API as an OpenAPI 3.1 document.",
     .reply = kDocument,
     .answer = openapi},
    {.method = "GET",
     .path = "/docs",
     .summary = "This API as a page to read.",
     .reply = kPage,
     .answer = docs},
};

}  // namespace

std::span<const Endpoint> document_endpoints() {
  return kEndpoints;
}

}  // namespace gateway::control
