#include "gatewayd/proxy/compose.h"

#include "gatewayd/http/chunked.h"
#include "gatewayd/http/field_lines.h"
#include "gatewayd/http/h1_writer.h"
#include "shared/base/append.h"
#include "shared/base/ascii.h"
#include "shared/decision/answer_fields.h"
#include "shared/decision/values.h"
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
FieldSet left_out(const config::Gateway& gateway, const decision::Exchange& x, bool counts_hops) {
  FieldSet set = kWrittenAnew;
  const bool peer_trusted = x.peer_trusted;
  if (x.tracing.traced) set |= bit(FieldId::traceparent);
  if (x.tracing.traced && !x.tracing.has_state) set |= bit(FieldId::tracestate);
  if (counts_hops) set |= bit(FieldId::max_forwards);
  if (gateway.x_forwarded || !peer_trusted) set |= kXForwarded;
  if (gateway.forwarded || !peer_trusted) set |= bit(FieldId::forwarded);
  if (gateway.via) set |= bit(FieldId::via);
  return set;
}

// Where the answer may be kept, it is asked for whole or for the cache's own sake.
FieldSet asked_for_cache(const decision::Exchange& x) {
  if (!x.cache.fills) return 0;
  const FieldSet conditions = bit(FieldId::if_none_match) | bit(FieldId::if_modified_since);
  return x.route->compress.off() ? conditions : conditions | bit(FieldId::accept_encoding);
}

// What is kept is kept as it is, and compressed by the gateway for whoever asks for that.
void append_asked_for_cache(const decision::Exchange& x, std::string& out) {
  const decision::CacheTurn& turn = x.cache;
  if (!turn.fills) return;
  if (!x.route->compress.off()) out.append("Accept-Encoding: identity\r\n");
  if (turn.entry == nullptr) return;
  const policy::Validators& validators = turn.entry->validators;
  if (!validators.etag.empty()) append_all(out, "If-None-Match: ", validators.etag, "\r\n");
  if (!validators.last_modified.empty()) {
    append_all(out, "If-Modified-Since: ", validators.last_modified, "\r\n");
  }
}

void append_request_id(const decision::Exchange& x, std::string& out) {
  append_all(out, "X-Request-ID: ", std::string_view(x.id_text.data(), x.id_text.size()), "\r\n");
}

// What is not sampled makes no span of its own: the service then stands under the caller's.
void append_trace(Workspace& workspace) {
  const policy::TraceStart& start = workspace.exchange.tracing;
  const policy::SpanId span = start.sampled || start.parent == 0 ? start.span : start.parent;
  const auto value = policy::traceparent(start, span);
  std::string& out = workspace.request_head;
  append_all(out, "traceparent: ", std::string_view(value.data(), value.size()), "\r\n");
  workspace.trace_span_at = out.size() - 2 - value.size() + policy::kSpanIdOffset;
}

// Writes a field under its new name; false when it keeps its own.
bool append_renamed(const policy::FieldChanges& changes, const Field& field, std::string& out) {
  const std::string_view name = changes.rename_of(field);
  if (name.empty()) return false;
  out.append(name).append(": ").append(field.value).append("\r\n");
  return true;
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

// The client's fields, but for those that say who the user is, which only the gateway may; and as
// the route changes them.
void append_client_fields(const decision::Snapshot& snapshot, const decision::RoutePlan& route,
                          const Fields& fields, FieldSet without, std::string& out) {
  const policy::FieldChanges& changes = route.request;
  const policy::IdentityFields& identity = snapshot.identity_fields;
  if (!changes.changes_fields() && identity.empty()) {
    return http::append_fields(fields, without, out);
  }
  const http::PassOn passes = [&](const Field& field, std::string& to) {
    if (identity.drops(field) || changes.drops(field)) return false;
    return !append_renamed(changes, field, to);
  };
  http::append_fields(fields, without, passes, out);
}

// What the gateway itself says about the request: who the user is, and the route's own fields.
void append_own_fields(const decision::Snapshot& snapshot, const decision::Exchange& x,
                       std::string& out) {
  if (x.identity != nullptr) {
    snapshot.identity_fields.append_lines(x.identity_by, *x.identity, out);
  }
  if (!x.route->request.empty()) x.route->request.append_lines(decision::values_of(x), out);
}

// The upstream's fields, but for those that the gateway writes itself.
void append_upstream_fields(const decision::Exchange& x, const Fields& fields, FieldSet without,
                            std::string& out) {
  const decision::RoutePlan& route = *x.route;
  const policy::FieldChanges& changes = route.response;
  if (x.compress.varies) without |= bit(FieldId::vary);
  const bool coded = x.compress.coding.has_value();
  if (!changes.changes_fields() && route.answer_drops.empty() && !coded) {
    return http::append_fields(fields, without, out);
  }
  const http::PassOn passes = [&](const Field& field, std::string& to) {
    if (coded && policy::is_of_plain_content(field)) return false;
    if (route.answer_drops.contains(field.name) || changes.drops(field)) return false;
    return !append_renamed(changes, field, to);
  };
  http::append_fields(fields, without, passes, out);
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

void compose_request_head(const ClientConnection& client, const decision::Snapshot& snapshot,
                          std::string_view authority, Workspace& workspace) {
  const config::Gateway& gateway = snapshot.config.gateway;
  const decision::Exchange& x = workspace.exchange;
  const http::RequestHead& request = workspace.request;
  std::string& out = workspace.request_head;
  out.clear();
  append_all(out, x.method, " ", x.upstream_path, x.has_upstream_query ? "?" : "", x.upstream_query,
             " HTTP/1.1\r\nHost: ", x.authority.empty() ? authority : x.authority, "\r\n");
  const auto hops = hops_left(request);
  append_client_fields(snapshot, *x.route, request.fields,
                       left_out(gateway, x, hops.has_value()) | asked_for_cache(x), out);
  append_asked_for_cache(x, out);
  if (hops) {
    out.append("Max-Forwards: ");
    http::append_number(*hops - 1, out);
    out.append("\r\n");
  }
  append_hop(client, gateway, workspace, out);
  append_request_id(x, out);
  if (x.tracing.traced) append_trace(workspace);
  append_own_fields(snapshot, x, out);
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

void name_attempt(std::size_t attempt, Workspace& workspace) {
  const policy::TraceStart& start = workspace.exchange.tracing;
  if (!start.sampled) return;
  policy::format_span_id(policy::attempt_span(start.span, attempt),
                         workspace.request_head.data() + workspace.trace_span_at);
}

void compose_request_trailers(const decision::Snapshot& snapshot, const Workspace& workspace,
                              std::string_view received, std::string& out) {
  out.clear();
  if (received.empty()) return;
  const decision::Exchange& x = workspace.exchange;
  const std::string lines = std::string(received).append("\r\n");
  Fields fields;
  if (http::parse_field_lines(lines, http::kMaxTrailerFields, fields)) return;
  append_client_fields(snapshot, *x.route, fields, left_out(snapshot.config.gateway, x, true), out);
}

void compose_response_head(const decision::Snapshot& snapshot, std::string_view date,
                           http::Framing framing, bool keep_alive, Workspace& workspace) {
  const config::Gateway& gateway = snapshot.config.gateway;
  const http::ResponseHead& response = workspace.response;
  const decision::Exchange& x = workspace.exchange;
  std::string& out = workspace.response_head;
  out.assign("HTTP/1.1 ").append(response.status_line_rest).append("\r\n");
  FieldSet without = http::kHopByHop | bit(FieldId::x_request_id);
  if (gateway.via) without |= bit(FieldId::via);
  append_upstream_fields(x, response.fields, without, out);
  if (gateway.via) policy::append_via(response.minor, response.fields, out);
  if (find_field(response.fields, FieldId::date) == nullptr) {
    out.append("Date: ").append(date).append("\r\n");  // RFC 9110 §6.6.1
  }
  append_request_id(x, out);
  decision::append_to_upstream_answer(snapshot, x, response.fields, out);
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
