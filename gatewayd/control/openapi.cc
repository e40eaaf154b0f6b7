#include "gatewayd/control/openapi.h"

#include <fmt/format.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <string>

#include "gatewayd/control/endpoint.h"
#include "gatewayd/control/samples.h"
#include "shared/config/schema.h"

namespace gateway::control {
namespace {

using Json = nlohmann::ordered_json;

// The schema that a document of this form satisfies. null: a field that may be missing.
Json schema_of(const nlohmann::json& sample) {
  switch (sample.type()) {
    case nlohmann::json::value_t::boolean:
      return {{"type", "boolean"}};
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
      return {{"type", "integer"}};
    case nlohmann::json::value_t::number_float:
      return {{"type", "number"}};
    case nlohmann::json::value_t::string:
      return {{"type", "string"}};
    case nlohmann::json::value_t::array:
      return {{"type", "array"},
              {"items", sample.empty() ? Json::object() : schema_of(sample.front())}};
    case nlohmann::json::value_t::object: {
      Json properties = Json::object();
      for (const auto& [name, value] : sample.items()) properties[name] = schema_of(value);
      return {{"type", "object"}, {"properties", std::move(properties)}};
    }
    default:
      return Json::object();
  }
}

// A named table of the config with its name, as bodies have it.
Json object_schema(const char* key) {
  Json schema = Json::parse(config::json_schema_of(key));
  schema["properties"]["name"] = {{"type", "string"},
                                  {"pattern", "^[A-Za-z0-9_-]{1,64}$"},
                                  {"description", "Its name; of a change that of the path."}};
  for (const char* told : {"file", "line", "format", "revision"}) {
    schema["properties"][told] = {{"readOnly", true}};
  }
  return schema;
}

Json reference(std::string_view name) {
  return {{"$ref", fmt::format("#/components/schemas/{}", name)}};
}

Json list_schema(const char* member, std::string_view item) {
  return {{"type", "object"},
          {"required", {member}},
          {"properties",
           {{member, {{"type", "array"}, {"items", reference(item)}}},
            {"format", {{"readOnly", true}}},
            {"revision", {{"readOnly", true}}}}}};
}

Json body_schemas() {
  Json schemas;
  schemas["Problem"] = {
      {"type", "object"},
      {"description", "What was wrong (RFC 9457)."},
      {"required", {"type", "title", "status", "detail"}},
      {"properties",
       {{"type", {{"type", "string"}}},
        {"title", {{"type", "string"}}},
        {"status", {{"type", "integer"}}},
        {"detail", {{"type", "string"}}},
        {"errors",
         {{"type", "array"},
          {"items",
           {{"type", "object"},
            {"properties",
             {{"pointer", {{"type", "string"}, {"description", "A JSON pointer to the field."}}},
              {"detail", {{"type", "string"}}}}}}}}}}}};
  schemas["Route"] = object_schema("routes.*");
  schemas["RateLimit"] = object_schema("limits.*");
  schemas["CorsRules"] = object_schema("cors.*");
  schemas["RateLimitList"] = list_schema("rate_limits", "RateLimit");
  schemas["CorsList"] = list_schema("cors", "CorsRules");
  schemas["ExplainRequest"] = schema_of(sample_explain_request());
  schemas["ConfigSource"] = schema_of(sample_config_source());
  schemas["ApplyRequest"] = schema_of(sample_apply_request());
  return schemas;
}

Json content(std::string_view type, Json schema) {
  return {{std::string(type), {{"schema", std::move(schema)}}}};
}

// "getConfigRateLimitsName"
std::string operation_id(const Endpoint& endpoint) {
  std::string id;
  for (const char c : endpoint.method) id += static_cast<char>(std::tolower(c));
  bool begins = true;
  for (const char c : endpoint.path) {
    const bool is_letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (is_letter) id += begins ? static_cast<char>(std::toupper(c)) : c;
    begins = !is_letter;
  }
  return id;
}

Json parameters_of(const Endpoint& endpoint) {
  Json parameters = Json::array();
  if (const auto open = endpoint.path.find('{'); open != endpoint.path.npos) {
    const auto close = endpoint.path.find('}');
    parameters.push_back({{"name", endpoint.path.substr(open + 1, close - open - 1)},
                          {"in", "path"},
                          {"required", true},
                          {"schema", {{"type", "string"}}}});
  }
  if (endpoint.params != nullptr) {
    for (const ParamText& param : endpoint.params()) {
      parameters.push_back({{"name", param.name},
                            {"in", "query"},
                            {"description", fmt::format("Takes {}.", param.takes)},
                            {"schema", {{"type", "string"}}}});
    }
  }
  if (endpoint.takes_etag) {
    parameters.push_back(
        {{"name", "If-Match"},
         {"in", "header"},
         {"description", "The ETag of what is changed: 412 when it has changed since."},
         {"schema", {{"type", "string"}}}});
  }
  return parameters;
}

Json operation_of(const Room& room, const Endpoint& endpoint) {
  Json operation = {
      {"operationId", operation_id(endpoint)},
      {"tags", {room.name}},
      {"summary", endpoint.summary},
      {"description", fmt::format("Takes the role {}, or one above it.", name_of(endpoint.role))}};
  if (Json parameters = parameters_of(endpoint); !parameters.empty()) {
    operation["parameters"] = std::move(parameters);
  }
  if (!endpoint.body.empty()) {
    operation["requestBody"] = {
        {"required", true},
        {"description", fmt::format("At most {} MiB.", endpoint.max_body >> 20)},
        {"content", content("application/json", reference(endpoint.body))}};
  }
  Json answer = {{"description", endpoint.reply.what}};
  if (endpoint.reply.sample != nullptr) {
    answer["content"] = content(endpoint.reply.type, schema_of(endpoint.reply.sample()));
  } else if (!endpoint.reply.schema.empty()) {
    answer["content"] = content(endpoint.reply.type, reference(endpoint.reply.schema));
  } else if (endpoint.reply.status != 204) {
    answer["content"] = content(endpoint.reply.type, Json::object());
  }
  operation["responses"] = {
      {std::to_string(endpoint.reply.status), std::move(answer)},
      {"default",
       {{"description", "What was wrong."},
        {"content", content("application/problem+json", reference("Problem"))}}}};
  return operation;
}

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::operates:
      return "operator";
    case Role::admin:
      return "admin";
  }
  return "";
}

nlohmann::ordered_json openapi_document() {
  Json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "gatewayd control API"},
        {"version", GATEWAYD_VERSION},
        {"description",
         "Over the Unix socket control.socket, whose mode says who may call; over TCP at "
         "control.listen with a token. Documents have \"format\": 1 and are only ever added to; "
         "times are RFC 3339, UTC."}}},
      {"security", Json::array({{{"token", Json::array()}}})},
      {"tags", Json::array()},
      {"paths", Json::object()}};
  for (const Room& room : rooms()) {
    document["tags"].push_back({{"name", room.name}, {"description", room.about}});
    for (const Endpoint& endpoint : room.endpoints) {
      std::string method;
      for (const char c : endpoint.method) method += static_cast<char>(std::tolower(c));
      document["paths"][std::string(endpoint.path)][method] = operation_of(room, endpoint);
    }
  }
  document["components"] = {
      {"schemas", body_schemas()},
      {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}};
  return document;
}

}  // namespace gateway::control
