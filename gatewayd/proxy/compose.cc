#include "gatewayd/proxy/compose.h"

#include "gatewayd/http/field_lines.h"
#include "gatewayd/http/h1_writer.h"
#include "shared/base/ascii.h"
#include "shared/policy/forwarded.h"

namespace gateway::proxy {
namespace {

using http::bit;
using http::FieldSet;

constexpr FieldSet kWrittenAnew =
    http::kHopByHop | bit(FieldId::host) | bit(FieldId::expect) | bit(FieldId::x_request_id);
constexpr FieldSet kXForwarded = bit(FieldId::x_forwarded_for) | bit(FieldId::x_forwarded_proto) |
                                 bit(FieldId::x_forwarded_host);

// What is left out of the client's fields: what we write ourselves, and what an untrusted client
// may not say of earlier hops.
FieldSet left_out(const config::Gateway& gateway, bool peer_trusted, bool counts_hops) {
  FieldSet set = kWrittenAnew;
  if (counts_hops) set |= bit(FieldId::max_forwards);
  if (gateway.x_forwarded || !peer_trusted) set |= kXForwarded;
  if (gateway.forwarded || !peer_trusted) set |= bit(FieldId::forwarded);
  if (gateway.via) set |= bit(FieldId::via);
  return set;
}

void append_request_id(const decision::Exchange& x, std::string& out) {
  out.append("X-Request-ID: ").append(x.id_text.data(), x.id_text.size()).append("\r\n");
}

void append_hop(const ClientConnection& client, const config::Gateway& gateway,
                const Workspace& workspace, std::string& out) {
  const decision::Exchange& x = workspace.exchange;
  const Fields& fields = workspace.request.fields;
  const policy::Hop hop{.peer = client.peer_text,
                        .peer_is_v6 = !client.peer.is_v4(),
                        .peer_trusted = x.peer_trusted,
                        .secure = x.secure,
                        .authority = x.authority,
                        .minor = workspace.request.minor};
  if (gateway.x_forwarded) policy::append_x_forwarded(hop, fields, out);
  if (gateway.forwarded) policy::append_forwarded(hop, fields, out);
  if (gateway.via) policy::append_via(hop.minor, fields, out);
}

}  // namespace

std::string_view passed_upgrade(const http::RequestHead& request) {
  if (request.framing != http::Framing::none) return {};
  bool h2c = false;
  for_each_element(request.upgrade,
                   [&](std::string_view protocol) { h2c |= ascii_iequals(protocol, "h2c"); });
  return h2c ? std::string_view() : request.upgrade;
}

std::optional<std::uint64_t> hops_left(const http::RequestHead& request) {
  if (request.method != "OPTIONS") return std::nullopt;
  const Field* field = find_field(request.fields, FieldId::max_forwards);
  return field == nullptr ? std::nullopt : http::parse_content_length(field->value);
}

void compose_request_head(const ClientConnection& client, const config::Gateway& gateway,
                          std::string_view authority, Workspace& workspace) {
  const decision::Exchange& x = workspace.exchange;
  const http::RequestHead& request = workspace.request;
  std::string& out = workspace.request_head;
  out.clear();
  out.append(x.method).append(" ").append(x.upstream_path);
  if (x.has_query) out.append("?").append(x.query);
  out.append(" HTTP/1.1\r\nHost: ").append(x.authority.empty() ? authority : x.authority);
  out.append("\r\n");
  const auto hops = hops_left(request);
  http::append_fields(request.fields, left_out(gateway, x.peer_trusted, hops.has_value()), out);
  if (hops) {
    out.append("Max-Forwards: ");
    http::append_number(*hops - 1, out);
    out.append("\r\n");
  }
  append_hop(client, gateway, workspace, out);
  append_request_id(x, out);
  if (request.expect_continue) out.append("Expect: 100-continue\r\n");
  // A body that is empty by statement stays stated: POST without Content-Length is refused by many.
  const bool stated_empty = request.framing == http::Framing::none &&
                            find_field(request.fields, FieldId::content_length) != nullptr;
  if (stated_empty) out.append("Content-Length: 0\r\n");
  http::append_framing(request.framing, request.content_length, out);
  const std::string_view upgrade = passed_upgrade(request);
  if (!upgrade.empty()) {
    out.append("Connection: upgrade\r\nUpgrade: ").append(upgrade).append("\r\n");
  } else if (request.accepts_trailers) {
    out.append("Connection: TE\r\nTE: trailers\r\n");
  }
  out.append("\r\n");
}

void compose_response_head(const config::Gateway& gateway, std::string_view date,
                           http::Framing framing, bool keep_alive, Workspace& workspace) {
  const http::ResponseHead& response = workspace.response;
  std::string& out = workspace.response_head;
  out.assign("HTTP/1.1 ").append(response.status_line_rest).append("\r\n");
  FieldSet without = http::kHopByHop | bit(FieldId::x_request_id);
  if (gateway.via) without |= bit(FieldId::via);
  http::append_fields(response.fields, without, out);
  if (gateway.via) policy::append_via(response.minor, response.fields, out);
  if (find_field(response.fields, FieldId::date) == nullptr) {
    out.append("Date: ").append(date).append("\r\n");  // RFC 9110 §6.6.1
  }
  append_request_id(workspace.exchange, out);
  if (framing == http::Framing::chunked) {
    http::append_framing(framing, 0, out);
  } else if (response.has_content_length && response.status != 204) {
    http::append_framing(http::Framing::length, response.content_length, out);
  }
  if (!keep_alive) {
    out.append("Connection: close\r\n");
  } else if (workspace.request.minor == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void compose_interim_head(bool switching, Workspace& workspace) {
  const http::ResponseHead& response = workspace.response;
  std::string& out = workspace.response_head;
  out.assign("HTTP/1.1 ").append(response.status_line_rest).append("\r\n");
  http::append_fields(response.fields, http::kHopByHop | bit(FieldId::x_request_id), out);
  if (switching) {
    out.append("Connection: upgrade\r\n");
    for (const Field& field : response.fields) {
      if (field.id == FieldId::upgrade) out.append(field.line);
    }
    append_request_id(workspace.exchange, out);
  }
  out.append("\r\n");
}

}  // namespace gateway::proxy
