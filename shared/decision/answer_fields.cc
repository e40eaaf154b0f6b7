#include "shared/decision/answer_fields.h"

#include <charconv>

#include "shared/base/append.h"
#include "shared/decision/values.h"
#include "shared/policy/limit_headers.h"

namespace gateway::decision {
namespace {

void append_seconds(std::int64_t number, std::string& out) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

// Why the service was asked, in the words of RFC 9211 §2.2.
std::string_view forward_reason(const Exchange& x) {
  switch (x.cache.kind) {
    case CacheTurn::Kind::passed:
      if (x.method != "GET" && x.method != "HEAD") return "method";
      return x.cache.request.no_store ? "request" : "bypass";
    case CacheTurn::Kind::invalid:
      return x.cache.reuse.asked_by_client ? "request" : "stale";
    case CacheTurn::Kind::missed:
      return x.cache.uri_known ? "vary-miss" : "uri-miss";
    default:
      return "miss";
  }
}

// Age (RFC 9111 §5.1) of a kept answer, and what the cache did (RFC 9211).
void append_cache_lines(const Exchange& x, std::string& out) {
  const CacheTurn& turn = x.cache;
  if (turn.kind == CacheTurn::Kind::none) return;
  const std::int64_t now = x.time / 1'000'000;
  const std::int64_t age = turn.sent ? turn.entry->times.age(now) : 0;
  if (turn.sent) {
    out.append(turn.lines).append("Age: ");
    append_seconds(age, out);
    out.append("\r\n");
  }
  out.append("Cache-Status: gatewayd");
  const bool hit = turn.sent && turn.has_answer() && !turn.collapsed;
  if (hit) {
    out.append("; hit");
  } else {
    out.append("; fwd=").append(forward_reason(x));
    if (turn.collapsed) out.append("; collapsed");
    if (turn.sent && turn.forward_status != 0) {
      out.append("; fwd-status=");
      append_seconds(turn.forward_status, out);
    }
    if (turn.stored) out.append("; stored");
  }
  if (turn.sent) {
    out.append("; ttl=");
    append_seconds(turn.entry->times.lifetime - age, out);
  }
  out.append("\r\n");
}

// Vary as one list, whatever number of lines it came in (RFC 9110 §12.5.5).
void append_vary(const Fields& fields, std::string& out) {
  bool named = false;
  out.append("Vary: ");
  for (const Field& field : fields) {
    if (field.id != FieldId::vary) continue;
    for_each_element(field.value, [&](std::string_view name) {
      named |= name == "*" || ascii_iequals(name, "accept-encoding");
      out.append(name).append(", ");
    });
  }
  if (!named) out.append("Accept-Encoding, ");
  out.resize(out.size() - 2);
  out.append("\r\n");
}

// What stands in place of the fields that policy::is_of_plain_content() tells. A strong entity tag
// is one of the very bytes, so that of a compressed answer is weak (RFC 9110 §8.8.1).
void append_coding_lines(const Exchange& x, const Fields& fields, std::string& out) {
  append_vary(fields, out);
  if (!x.compress.coding) return;
  append_all(out, "Content-Encoding: ", policy::name_of(*x.compress.coding), "\r\n");
  const Field* etag = find_field(fields, FieldId::etag);
  if (etag == nullptr) return;
  append_all(out, "ETag: ", etag->value.starts_with("W/") ? "" : "W/", etag->value, "\r\n");
}

// Two policies in one answer would both hold: what is meant for the services' pages would take the
// styles from a page of the gateway.
void append_page_policy(std::string_view policy, std::string_view security, std::string& out) {
  constexpr std::string_view kName = "Content-Security-Policy: ";
  while (!security.empty()) {
    const std::string_view line = security.substr(0, security.find('\n') + 1);
    const bool replaced = ascii_iequals(line.substr(0, kName.size()), kName);
    if (!replaced) out.append(line);
    security.remove_prefix(line.size());
  }
  append_all(out, kName, policy, "\r\n");
}

// CORS, limits and security fields: for whoever answers.
void append_common(const Snapshot& snapshot, const Exchange& x, bool varies, std::string& out) {
  const policy::SecurityHeaders& security =
      x.route != nullptr ? x.route->security_headers : snapshot.security_headers;
  if (x.own.page_policy.empty()) {
    out.append(security.lines(x.secure));
  } else {
    append_page_policy(x.own.page_policy, security.lines(x.secure), out);
  }
  if (x.route == nullptr) return;
  if (x.route->cors != nullptr) {
    if (x.cors.is_preflight()) {
      x.route->cors->append_preflight_lines(x.cors, out);
    } else {
      x.route->cors->append_answer_lines(x.cors, varies, out);
    }
  }
  if (x.limits.all().empty()) return;
  const policy::LimitVerdict* speaks = x.limits.tightest();
  if (speaks == nullptr) return;
  if (snapshot.config.gateway.x_ratelimit) policy::append_x_ratelimit(*speaks, out);
  if (snapshot.config.gateway.ratelimit) policy::append_ratelimit(*speaks, x.time, out);
}

bool has_secrets(const Exchange& x) {
  return x.identity != nullptr || policy::has_secrets(*x.fields);
}

}  // namespace

void judge_coding(Exchange& x, const policy::CodableAnswer& answer) {
  if (x.route->compress.off()) return;
  x.compress = x.route->compress.judge(*x.fields, has_secrets(x), answer);
}

policy::CompressRules::Verdict judge_asked_coding(const Exchange& x) {
  return x.route->compress.judge_request(*x.fields, has_secrets(x));
}

void append_to_upstream_answer(const Snapshot& snapshot, const Exchange& x, const Fields& fields,
                               std::string& out) {
  if (!x.route->response.empty()) x.route->response.append_lines(values_of(x), out);
  append_cache_lines(x, out);
  if (x.compress.varies) append_coding_lines(x, fields, out);
  const bool varies = x.route->cors != nullptr && policy::varies_by_origin(fields);
  append_common(snapshot, x, varies, out);
}

void append_to_own_answer(const Snapshot& snapshot, const Exchange& x, std::string& out) {
  out.append(x.answer_lines);
  append_common(snapshot, x, false, out);
}

}  // namespace gateway::decision
