#include "shared/decision/route_rules.h"

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/base/ip.h"
#include "shared/policy/field_text.h"
#include "shared/policy/query_changes.h"

namespace gateway::decision {
namespace {

// RFC 1035 §2.3.4; 253 is what is left for the text form.
constexpr std::size_t kMaxHostBytes = 253;
constexpr std::size_t kMaxLabelBytes = 63;

// Letters, digits and hyphens (RFC 1123 §2.1), and the underscore that internal names often have.
bool is_label(std::string_view label) {
  const auto is_allowed = [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), is_allowed);
}

bool is_name(std::string_view name) {
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool is_bracketed_ipv6(std::string_view host) {
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') return false;
  host = host.substr(1, host.size() - 2);
  return host.find(':') != std::string_view::npos && parse_ip(host).has_value();
}

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ascii_lower);
  return text;
}

}  // namespace

routing::RouteRule rule_of(const config::Route& route) {
  routing::RouteRule rule;
  rule.path = route.path.value;
  rule.priority = route.priority;
  for (const auto& host : route.hosts) rule.hosts.push_back(in_lower_case(host.value));
  for (const auto& method : route.methods) rule.methods.push_back(method.value);
  for (const auto& wanted : route.match_headers) {
    rule.conditions.headers.push_back({in_lower_case(wanted.name), wanted.value});
  }
  for (const auto& wanted : route.match_query) {
    rule.conditions.query.push_back({wanted.name, wanted.value});
  }
  return rule;
}

const char* host_fault(std::string_view host) {
  if (host.size() > kMaxHostBytes) return "a host has at most 253 bytes";
  if (is_bracketed_ipv6(host)) return nullptr;
  if (host.find("://") != std::string_view::npos) return "write the name alone, without a scheme";
  if (host.find(':') != std::string_view::npos) {
    return parse_ip(host) ? "an IPv6 address stands in brackets, as in \"[2001:db8::1]\""
                          : "write the name alone, without a port";
  }
  if (host == "*") return "leave `hosts` out to take every host";
  if (host.starts_with("*.")) host.remove_prefix(2);
  if (host.find('*') != std::string_view::npos) {
    return "\"*\" may only stand alone at the start, as in \"*.example.com\"";
  }
  if (!is_name(host)) return "expected a host name, as in \"api.example.com\"";
  return nullptr;
}

const char* header_condition_fault(const config::NamedText& wanted) {
  if (!policy::is_field_name(wanted.name)) return "expected the name of a header field";
  if (ascii_iequals(wanted.name, "Host")) return "write `hosts` to choose by host";
  if (!policy::is_field_value(wanted.value)) {
    return "a field's value holds no control character and no blank at either end";
  }
  return nullptr;
}

const char* query_condition_fault(const config::NamedText& wanted) {
  return policy::parameter_fault(wanted.name);
}

}  // namespace gateway::decision
