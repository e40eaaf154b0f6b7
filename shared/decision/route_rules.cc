#include "shared/decision/route_rules.h"

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/base/ip.h"

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

}  // namespace

routing::RouteRule rule_of(const config::Route& route) {
  routing::RouteRule rule;
  rule.path = route.path.value;
  rule.priority = route.priority;
  for (const auto& host : route.hosts) {
    std::string lower = host.value;
    std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
    rule.hosts.push_back(std::move(lower));
  }
  for (const auto& method : route.methods) rule.methods.push_back(method.value);
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

}  // namespace gateway::decision
