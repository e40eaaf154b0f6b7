#include "shared/policy/forwarded.h"

#include <algorithm>

#include "shared/base/append.h"
#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

// An address as proxies write it: with or without a port, IPv6 in brackets or bare, maybe quoted.
std::optional<IpAddress> parse_node(std::string_view node) {
  if (node.size() >= 2 && node.front() == '"' && node.back() == '"') {
    node = node.substr(1, node.size() - 2);
  }
  if (!node.empty() && node.front() == '[') {
    const std::size_t close = node.find(']');
    return close == std::string_view::npos ? std::nullopt : parse_ip(node.substr(1, close - 1));
  }
  if (std::count(node.begin(), node.end(), ':') == 1) node = node.substr(0, node.find(':'));
  return parse_ip(node);
}

std::string_view for_parameter(std::string_view element) {
  while (!element.empty()) {
    const std::size_t semicolon = element.find(';');
    const std::string_view pair = trim_ows(element.substr(0, semicolon));
    if (pair.size() > 4 && ascii_iequals(pair.substr(0, 4), "for=")) return pair.substr(4);
    element.remove_prefix(semicolon == std::string_view::npos ? element.size() : semicolon + 1);
  }
  return {};
}

// The nodes that fields named `id` list, oldest first.
std::vector<std::string_view> listed_nodes(const Fields& fields, FieldId id) {
  std::vector<std::string_view> nodes;
  for (const Field& field : fields) {
    if (field.id != id) continue;
    for_each_element(field.value, [&](std::string_view element) {
      nodes.push_back(id == FieldId::forwarded ? for_parameter(element) : element);
    });
  }
  return nodes;
}

// Every value of `id` that the peer sent, joined, with ", " behind it; nothing when there is none.
void append_earlier(const Fields& fields, FieldId id, std::string& out) {
  for (const Field& field : fields) {
    if (field.id == id && !field.value.empty()) out.append(field.value).append(", ");
  }
}

// What the peer said under this name, if it may be believed.
std::string_view kept_or(const Hop& hop, const Fields& fields, FieldId id, std::string_view own) {
  const Field* earlier = hop.peer_trusted ? find_field(fields, id) : nullptr;
  return earlier != nullptr ? earlier->value : own;
}

}  // namespace

IpAddress client_address(const IpAddress& peer, const std::vector<Cidr>& trusted,
                         const Fields& fields) {
  if (!contains(trusted, peer)) return peer;
  auto nodes = listed_nodes(fields, FieldId::x_forwarded_for);
  if (nodes.empty()) nodes = listed_nodes(fields, FieldId::forwarded);
  IpAddress client = peer;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto address = parse_node(*node);
    if (!address) break;  // "unknown" or obfuscated: nothing further left can be believed
    client = *address;
    if (!contains(trusted, client)) break;
  }
  return client;
}

std::optional<Uuid> given_request_id(const Fields& fields) {
  const Field* given = find_field(fields, FieldId::x_request_id);
  return given == nullptr ? std::nullopt : parse_uuid(given->value);
}

void append_x_forwarded(const Hop& hop, const Fields& fields, std::string& out) {
  out.append("X-Forwarded-For: ");
  if (hop.peer_trusted) append_earlier(fields, FieldId::x_forwarded_for, out);
  const std::string_view proto =
      kept_or(hop, fields, FieldId::x_forwarded_proto, hop.secure ? "https" : "http");
  append_all(out, hop.peer, "\r\nX-Forwarded-Proto: ", proto);
  if (!hop.authority.empty()) {
    const auto host = kept_or(hop, fields, FieldId::x_forwarded_host, hop.authority);
    append_all(out, "\r\nX-Forwarded-Host: ", host);
  }
  out.append("\r\n");
}

void append_forwarded(const Hop& hop, const Fields& fields, std::string& out) {
  out.append("Forwarded: ");
  if (hop.peer_trusted) append_earlier(fields, FieldId::forwarded, out);
  // An IPv6 node and a host with a port hold characters that must be quoted (RFC 7239 §4, §6).
  const std::string_view before = hop.peer_is_v6 ? "for=\"[" : "for=";
  const std::string_view behind = hop.peer_is_v6 ? "]\"" : "";
  const std::string_view proto = hop.secure ? ";proto=https\r\n" : ";proto=http\r\n";
  if (hop.authority.empty()) {
    append_all(out, before, hop.peer, behind, proto);
  } else {
    append_all(out, before, hop.peer, behind, ";host=\"", hop.authority, "\"", proto);
  }
}

void append_via(int minor, const Fields& fields, std::string& out) {
  out.append("Via: ");
  append_earlier(fields, FieldId::via, out);
  out.append(minor == 0 ? "1.0 gatewayd\r\n" : "1.1 gatewayd\r\n");
}

}  // namespace gateway::policy
