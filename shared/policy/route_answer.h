#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/policies.h"
#include "shared/policy/fault.h"
#include "shared/policy/redirect_target.h"
#include "shared/policy/template_text.h"
#include "shared/routing/path_pattern.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxAnswerBodyBytes = 64 << 10;
// When a client is told to come back that asks during maintenance (RFC 9110 §10.2.3).
inline constexpr std::chrono::seconds kMaintenanceRetryAfter{300};

// The answer that a route gives in place of a service: a fixed one or a redirect. Built once a
// snapshot; const afterwards.
class RouteAnswer {
 public:
  // Everything that is wrong with `respond` and `redirect` of a route with this path, as far as
  // they are set: a status that they cannot have, a body that the status has none for, a
  // content_type that is no media type, an address that cannot be built; both at once.
  static std::vector<Fault> faults(const config::RoutePolicies& route,
                                   const routing::PathPattern& pattern, Template::Scope scope);

  RouteAnswer() = default;
  // Of a route without faults.
  RouteAnswer(const config::RoutePolicies& route, const routing::PathPattern& pattern);

  // False: the route has no answer of its own.
  explicit operator bool() const { return status_ != 0; }

  std::uint16_t status() const { return status_; }
  std::string_view body() const { return body_; }  // an answer to HEAD leaves it out

  // Appends Content-Type or Location, CRLF included. False, with nothing appended, when the address
  // of a redirect cannot be built from this request, which is a bad request then.
  bool append_lines(const TemplateValues& values, std::string& out) const;

 private:
  std::uint16_t status_ = 0;
  std::string body_;
  std::string content_type_;  // the whole line
  std::optional<RedirectTarget> target_;
};

// Appends Retry-After, CRLF included, for the 503 of a route or service in maintenance.
void append_retry_after(std::chrono::seconds wait, std::string& out);

}  // namespace gateway::policy
