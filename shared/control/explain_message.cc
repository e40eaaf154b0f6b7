#include "shared/control/explain_message.h"

#include <array>

#include "shared/control/json_fields.h"
#include "shared/control/messages.h"

namespace gateway::control {
namespace {

using decision::ExplainLine;
using decision::ExplainRequest;
using decision::Explanation;
using nlohmann::json;

struct KindName {
  ExplainLine::Kind kind;
  const char* name;
};
constexpr std::array kKinds = {
    KindName{ExplainLine::Kind::passed, "passed"},
    KindName{ExplainLine::Kind::refused, "refused"},
    KindName{ExplainLine::Kind::observed, "observed"},
    KindName{ExplainLine::Kind::answered, "answered"},
    KindName{ExplainLine::Kind::open, "open"},
};

struct OutcomeName {
  Explanation::Outcome outcome;
  const char* name;
};
constexpr std::array kOutcomes = {
    OutcomeName{Explanation::Outcome::forward, "forward"},
    OutcomeName{Explanation::Outcome::answer, "answer"},
    OutcomeName{Explanation::Outcome::open, "open"},
};

json to_document(const ExplainLine& line) {
  const char* kind = "";
  for (const KindName& known : kKinds) {
    if (known.kind == line.kind) kind = known.name;
  }
  return {{"label", line.label},   {"verdict", kind},       {"summary", line.summary},
          {"detail", line.detail}, {"remark", line.remark}, {"place", line.place}};
}

ExplainLine line_from(const json& in) {
  ExplainLine line;
  std::string kind;
  read_field(in, "verdict", kind);
  for (const KindName& known : kKinds) {
    if (kind == known.name) line.kind = known.kind;
  }
  read_field(in, "label", line.label);
  read_field(in, "summary", line.summary);
  read_field(in, "detail", line.detail);
  read_field(in, "remark", line.remark);
  read_field(in, "place", line.place);
  return line;
}

constexpr std::array kMembers = {"format", "method", "secure", "authority", "path",
                                 "query",  "fields", "body",   "client",    "time",
                                 "user",   "roles",  "scopes"};

std::optional<ParamError> unknown_member(const json& in) {
  for (const auto& [name, value] : in.items()) {
    bool known = false;
    for (const char* member : kMembers) known |= name == member;
    if (!known) return ParamError{"there is no member \"" + name + "\""};
  }
  return std::nullopt;
}

// Throws json::exception for a member of another type.
std::optional<ParamError> read_members(const json& in, ExplainRequest& request) {
  std::optional<std::string> query;
  std::string client;
  std::optional<std::string> time;
  read_field(in, "method", request.method);
  read_field(in, "secure", request.secure);
  read_field(in, "authority", request.authority);
  read_field(in, "path", request.path);
  read_field(in, "query", query);
  for (const json& field : in.value("fields", json::array())) {
    if (field.size() != 2) return ParamError{"a field is a pair of name and value"};
    request.fields.push_back(field);
  }
  read_field(in, "body", request.body);
  read_field(in, "client", client);
  read_field(in, "time", time);
  read_field(in, "user", request.user);
  read_field(in, "roles", request.roles);
  read_field(in, "scopes", request.scopes);
  request.has_query = query.has_value();
  if (query) request.query = std::move(*query);
  const auto address = parse_ip(client.empty() ? "127.0.0.1" : client);
  if (!address) return ParamError{"client is no IP address"};
  request.client = *address;
  if (!time) return std::nullopt;
  const auto parsed = parse_rfc3339(*time);
  if (!parsed) return ParamError{"time is no RFC 3339 time"};
  request.time = *parsed;
  return std::nullopt;
}

}  // namespace

json to_document(const ExplainRequest& request) {
  return {{"format", kFormat},
          {"method", request.method},
          {"secure", request.secure},
          {"authority", request.authority},
          {"path", request.path},
          {"query", request.has_query ? json(request.query) : json(nullptr)},
          {"fields", request.fields},
          {"body", request.body ? json(*request.body) : json(nullptr)},
          {"client", to_string(request.client)},
          {"time", request.time != 0 ? json(format_rfc3339(request.time)) : json(nullptr)},
          {"user", request.user},
          {"roles", request.roles},
          {"scopes", request.scopes}};
}

Result<ExplainRequest, ParamError> parse_explain_request(std::string_view body) {
  const json in = json::parse(body, nullptr, false);
  if (!in.is_object()) return ParamError{"the body is no JSON object"};
  if (auto unknown = unknown_member(in)) return *unknown;
  ExplainRequest request;
  try {
    if (auto wrong = read_members(in, request)) return *wrong;
  } catch (const json::exception&) {
    return ParamError{"a member of the body has another type than it should have"};
  }
  if (const char* fault = decision::fault_of(request)) return ParamError{fault};
  return request;
}

json to_document(const Explanation& explanation) {
  json steps = json::array();
  for (const ExplainLine& line : explanation.lines) steps.push_back(to_document(line));
  const char* outcome = "";
  for (const OutcomeName& known : kOutcomes) {
    if (known.outcome == explanation.outcome) outcome = known.name;
  }
  return {{"format", kFormat},
          {"revision", explanation.revision},
          {"steps", std::move(steps)},
          {"outcome", outcome},
          {"method", explanation.method},
          {"target", explanation.target},
          {"service", explanation.service},
          {"instances", explanation.instances},
          {"breaker", explanation.breaker.empty() ? json(nullptr) : json(explanation.breaker)},
          {"instances_healthy",
           explanation.instances_healthy ? json(*explanation.instances_healthy) : json(nullptr)},
          {"status", explanation.status},
          {"decider", explanation.decider},
          {"reason", explanation.reason},
          {"fields", explanation.fields},
          {"notes", explanation.notes}};
}

Explanation explanation_from(const json& in) {
  Explanation out;
  for (const auto& line : in.value("steps", json::array())) out.lines.push_back(line_from(line));
  std::string outcome;
  read_field(in, "outcome", outcome);
  for (const OutcomeName& known : kOutcomes) {
    if (outcome == known.name) out.outcome = known.outcome;
  }
  read_field(in, "revision", out.revision);
  read_field(in, "method", out.method);
  read_field(in, "target", out.target);
  read_field(in, "service", out.service);
  read_field(in, "instances", out.instances);
  read_field(in, "breaker", out.breaker);
  read_field(in, "instances_healthy", out.instances_healthy);
  read_field(in, "status", out.status);
  read_field(in, "decider", out.decider);
  read_field(in, "reason", out.reason);
  read_field(in, "fields", out.fields);
  read_field(in, "notes", out.notes);
  return out;
}

}  // namespace gateway::control
