#include "shared/base/decider.h"

#include <array>

namespace gateway {
namespace {

using enum Decider;

constexpr std::array kDeciders = {
    DeciderInfo{upstream, "upstream", 0, "", Side::upstream, false},
    DeciderInfo{builtin, "builtin", 0, "", Side::gateway, false},
    DeciderInfo{cache, "cache", 0, "", Side::gateway, false},
    DeciderInfo{bad_request, "bad-request", 400, "Bad Request", Side::client, false},
    DeciderInfo{header_too_large, "header-too-large", 431, "Request Header Fields Too Large",
                Side::client, false},
    DeciderInfo{body_too_large, "body-too-large", 413, "Content Too Large", Side::client, false},
    DeciderInfo{uri_too_long, "uri-too-long", 414, "URI Too Long", Side::client, false},
    DeciderInfo{header_timeout, "header-timeout", 408, "Request Timeout", Side::client, false},
    DeciderInfo{body_timeout, "body-timeout", 408, "Request Timeout", Side::client, false},
    DeciderInfo{expectation_failed, "expectation-failed", 417, "Expectation Failed", Side::client,
                false},
    DeciderInfo{not_implemented, "not-implemented", 501, "Not Implemented", Side::client, false},
    DeciderInfo{version_unsupported, "version-unsupported", 505, "HTTP Version Not Supported",
                Side::client, false},
    DeciderInfo{client_closed, "client-closed", 499, "Client Closed Request", Side::client, false},
    DeciderInfo{no_route, "no-route", 404, "Not Found", Side::client, false},
    DeciderInfo{method_not_allowed, "method-not-allowed", 405, "Method Not Allowed", Side::client,
                false},
    DeciderInfo{ip_denied, "ip-denied", 403, "Forbidden", Side::client, false},
    DeciderInfo{preflight, "preflight", 0, "", Side::gateway, false},
    DeciderInfo{threat, "threat", 403, "Forbidden", Side::client, false},
    DeciderInfo{rate_limited, "rate-limited", 429, "Too Many Requests", Side::client, false},
    DeciderInfo{unauthenticated, "unauthenticated", 401, "Unauthorized", Side::client, false},
    DeciderInfo{forbidden, "forbidden", 403, "Forbidden", Side::client, false},
    DeciderInfo{csrf, "csrf", 403, "Forbidden", Side::client, false},
    DeciderInfo{invalid_request, "invalid-request", 400, "Bad Request", Side::client, false},
    DeciderInfo{unsupported_media, "unsupported-media", 415, "Unsupported Media Type", Side::client,
                false},
    DeciderInfo{respond, "respond", 0, "", Side::gateway, false},
    DeciderInfo{maintenance, "maintenance", 503, "Service Unavailable", Side::gateway, false},
    DeciderInfo{auth_unavailable, "auth-unavailable", 503, "Service Unavailable", Side::gateway,
                false},
    DeciderInfo{upstream_resolve, "upstream-resolve", 502, "Bad Gateway", Side::upstream, true},
    DeciderInfo{upstream_connect, "upstream-connect", 502, "Bad Gateway", Side::upstream, true},
    DeciderInfo{upstream_connect_timeout, "upstream-connect-timeout", 504, "Gateway Timeout",
                Side::upstream, true},
    DeciderInfo{upstream_reset, "upstream-reset", 502, "Bad Gateway", Side::upstream, true},
    DeciderInfo{upstream_timeout, "upstream-timeout", 504, "Gateway Timeout", Side::upstream,
                false},
    DeciderInfo{upstream_malformed, "upstream-malformed", 502, "Bad Gateway", Side::upstream,
                false},
    DeciderInfo{breaker_open, "breaker-open", 503, "Service Unavailable", Side::gateway, false},
    DeciderInfo{no_instance, "no-instance", 503, "Service Unavailable", Side::gateway, false},
    DeciderInfo{upstream_busy, "upstream-busy", 503, "Service Unavailable", Side::gateway, false},
    DeciderInfo{upstream_tls, "upstream-tls", 502, "Bad Gateway", Side::upstream, true},
    DeciderInfo{only_if_cached, "only-if-cached", 504, "Gateway Timeout", Side::client, false},
    DeciderInfo{overloaded, "overloaded", 503, "Service Unavailable", Side::gateway, false},
    DeciderInfo{draining, "draining", 503, "Service Unavailable", Side::gateway, false},
    DeciderInfo{internal, "internal", 500, "Internal Server Error", Side::gateway, false},
};

}  // namespace

std::span<const DeciderInfo> all_deciders() {
  return kDeciders;
}

const DeciderInfo& info(Decider decider) {
  for (const DeciderInfo& entry : kDeciders) {
    if (entry.decider == decider) return entry;
  }
  return kDeciders.back();
}

}  // namespace gateway
