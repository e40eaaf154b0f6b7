#pragma once

#include <string>

#include "shared/base/clock.h"
#include "shared/policy/rate_limit.h"

namespace gateway::policy {

// Append whole field lines (CRLF included) that tell the client of one verdict: the tightest.

// X-RateLimit-Limit, -Remaining and -Reset (Unix seconds).
void append_x_ratelimit(const LimitVerdict& verdict, std::string& out);

// RateLimit-Policy and RateLimit, structured fields of draft-ietf-httpapi-ratelimit-headers-10:
//   RateLimit-Policy: "per_user";q=1050;w=3600
//   RateLimit: "per_user";r=12;t=1860
// q is the limit in force, w the seconds in which it comes again, t the seconds until `reset`.
void append_ratelimit(const LimitVerdict& verdict, UnixMicros now, std::string& out);

// Retry-After in seconds (RFC 9110 §10.2.3); nothing unless the verdict refuses.
void append_retry_after(const LimitVerdict& verdict, std::string& out);

}  // namespace gateway::policy
