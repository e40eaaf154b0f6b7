#include "gatewayd/control/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "gatewayd/control/openapi.h"
#include "shared/base/ascii.h"
#include "shared/base/ip.h"
#include "shared/policy/api_key.h"
#include "shared/policy/sha256.h"

namespace gateway::control {
namespace {

constexpr std::string_view kScheme = "bearer ";

// The host of "name:port", "[::1]:port" without brackets and port.
std::string_view host_name(std::string_view field) {
  if (field.starts_with('[')) return field.substr(1, field.find(']') - 1);
  return field.substr(0, field.rfind(':'));
}

bool is_known_host(std::string_view field, const config::ControlRules& rules) {
  const std::string_view name = host_name(field);
  if (parse_ip(name) || ascii_iequals(name, "localhost")) return true;
  return std::any_of(rules.hosts.begin(), rules.hosts.end(),
                     [&](const auto& host) { return ascii_iequals(name, host.value); });
}

// Whether a page of the gateway's own address made the call, or none did.
bool is_own_origin(const Visitor& visitor) {
  if (visitor.origin.empty()) {
    return visitor.fetch_site.empty() || visitor.fetch_site == "same-origin" ||
           visitor.fetch_site == "none";
  }
  if (visitor.origin.size() > 1 || visitor.host.size() != 1) return false;
  const std::string_view origin = visitor.origin.front();
  const std::size_t scheme = origin.find("://");
  return scheme != origin.npos && ascii_iequals(origin.substr(scheme + 3), visitor.host.front());
}

// The token that the digest is of; null: none. All are compared, each in constant time, so that the
// time tells nothing of any.
const config::ControlToken* find_token(std::string_view presented,
                                       const config::ControlRules& rules) {
  const policy::Sha256 digest = policy::sha256({presented});
  const config::ControlToken* found = nullptr;
  for (const config::ControlToken& token : rules.tokens) {
    const auto known = policy::parse_sha256(token.sha256);
    if (known && policy::equal_in_constant_time(*known, digest)) found = &token;
  }
  return found;
}

Answer unauthorized(std::string_view detail, std::string_view error) {
  Answer answer = problem(401, detail);
  std::string challenge = "Bearer realm=\"gatewayd control\"";
  if (!error.empty()) challenge += fmt::format(", error=\"{}\"", error);
  answer.fields.emplace_back("WWW-Authenticate", std::move(challenge));
  return answer;
}

std::optional<Answer> identify(const Visitor& visitor, const config::ControlRules& rules,
                               Call& call) {
  if (visitor.host.size() != 1) return problem(400, "a call names its host once");
  if (!is_known_host(visitor.host.front(), rules)) {
    return problem(421,
                   "the control API is not known by this name: call it by its address, or name "
                   "it in control.hosts");
  }
  if (visitor.authorization.empty()) {
    return unauthorized("a token is needed: Authorization: Bearer …", "");
  }
  std::string_view token = visitor.authorization.front();
  const bool is_bearer = visitor.authorization.size() == 1 && token.size() > kScheme.size() &&
                         ascii_iequals(token.substr(0, kScheme.size()), kScheme);
  if (is_bearer) token = trim_ows(token.substr(kScheme.size()));
  if (!is_bearer || token.empty() || token.size() > kMaxToken) {
    return unauthorized("one token is needed: Authorization: Bearer …", "invalid_request");
  }
  const config::ControlToken* holder = find_token(token, rules);
  if (holder == nullptr) return unauthorized("this token is not known", "invalid_token");
  call.peer = holder->name;
  call.role = holder->role;
  return std::nullopt;
}

Answer no_endpoint(const std::string& allow) {
  if (allow.empty()) return problem(404, "the control API has no such path");
  Answer refused = problem(405, "this path answers another method");
  refused.allow = allow;
  return refused;
}

}  // namespace

std::optional<Answer> admit(const Visitor& visitor, const config::ControlRules& rules, Call& call,
                            const Endpoint*& endpoint) {
  if (!is_own_origin(visitor)) {
    return problem(403, "a web page of another origin must not call the control API");
  }
  if (!visitor.local) {
    if (auto refused = identify(visitor, rules, call)) return refused;
  }
  std::string allow;
  endpoint = find_endpoint(call.method, call.path, call.name, allow);
  if (endpoint == nullptr) return no_endpoint(allow);
  if (call.role < endpoint->role) {
    return problem(403, fmt::format("\"{}\" has the role {}, and this takes {}", call.peer,
                                    name_of(call.role), name_of(endpoint->role)));
  }
  return std::nullopt;
}

}  // namespace gateway::control
