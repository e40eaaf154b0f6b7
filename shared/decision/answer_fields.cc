#include "shared/decision/answer_fields.h"

#include "shared/decision/values.h"
#include "shared/policy/limit_headers.h"

namespace gateway::decision {
namespace {

// CORS, limits and security fields: for whoever answers.
void append_common(const Snapshot& snapshot, const Exchange& x, bool varies, std::string& out) {
  const policy::SecurityHeaders& security =
      x.route != nullptr ? x.route->security_headers : snapshot.security_headers;
  out.append(security.lines(x.secure));
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

}  // namespace

void append_to_upstream_answer(const Snapshot& snapshot, const Exchange& x, const Fields& fields,
                               std::string& out) {
  if (!x.route->response.empty()) x.route->response.append_lines(values_of(x), out);
  const bool varies = x.route->cors != nullptr && policy::varies_by_origin(fields);
  append_common(snapshot, x, varies, out);
}

void append_to_own_answer(const Snapshot& snapshot, const Exchange& x, std::string& out) {
  out.append(x.answer_lines);
  append_common(snapshot, x, false, out);
}

}  // namespace gateway::decision
