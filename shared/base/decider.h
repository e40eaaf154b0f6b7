#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gateway {

// Which side of the gateway a refusal or a failure is charged to.
enum class Side : std::uint8_t { client, upstream, gateway };

// Who decided a request's answer: the upstream, or the policy or fault that answered in its place.
// The numbers are stored in the request log: never reuse or renumber one.
enum class Decider : std::uint8_t {
  upstream = 0,              // the upstream's own answer was passed on
  builtin = 1,               // a built-in endpoint (gateway.expose)
  cache = 2,                 // an answer that the cache keeps
  bad_request = 10,          // malformed head, framing, Host or path (RFC 9112)
  header_too_large = 11,     // head over max_header_size (RFC 6585 §5)
  body_too_large = 12,       // body over max_body_size
  uri_too_long = 13,         // target over max_target_size or what the route takes
  header_timeout = 14,       // head not complete within client_header_timeout
  body_timeout = 15,         // body stalled for longer than client_body_timeout
  expectation_failed = 16,   // Expect other than 100-continue
  not_implemented = 17,      // transfer coding other than chunked (RFC 9112 §6.1), or CONNECT
  version_unsupported = 18,  // HTTP major version other than 1
  client_closed = 19,        // the client left before the answer was complete
  no_route = 30,             // no enabled route matches host and path
  method_not_allowed = 31,   // a route matches, but not for this method
  ip_denied = 32,            // an allow or deny list of networks
  preflight = 33,            // a CORS preflight was answered (Fetch §3.2.2)
  threat = 34,               // a threat rule matched and blocks
  rate_limited = 35,         // a limit is used up
  unauthenticated = 36,      // no credentials, or none that count
  forbidden = 37,            // known, but without the role or scope that the route asks for
  csrf = 38,                 // an unsafe request that another site may have made
  invalid_request = 39,      // a field that the route asks for is missing
  unsupported_media = 40,    // a Content-Type that the route does not take
  respond = 41,              // the route's own answer or redirect
  maintenance = 42,          // route or service are in maintenance
  auth_unavailable = 43,     // who could tell whether the credentials count does not answer
  upstream_resolve = 50,     // no address is known for the instance's name
  upstream_connect = 51,     // connect refused or failed
  upstream_connect_timeout = 52,
  upstream_reset = 53,      // closed or reset before a whole answer came
  upstream_timeout = 54,    // no answer within response_timeout or the route's timeout
  upstream_malformed = 55,  // the answer is not valid HTTP/1.1
  breaker_open = 56,        // the service has failed too often and is given a pause
  no_instance = 57,         // no instance of the service is healthy
  upstream_busy = 58,       // every instance has max_connections requests, and the queue is full
  upstream_tls = 59,        // no TLS handshake came about, or the certificate is not to be trusted
  only_if_cached = 60,      // the client wants a kept answer or none (RFC 9111 §5.2.1.7)
  overloaded = 70,          // max_connections reached
  draining = 71,            // the gateway is shutting down
  internal = 72,            // a fault of the gateway's own
};

// What one place says about a decider: its stored name, the answer it makes, whose fault it is.
struct DeciderInfo {
  Decider decider;
  std::string_view name;   // as in logs, metrics and the problem type; kebab-case, stable
  std::uint16_t status;    // 0: makes no answer of its own (upstream, builtin)
  std::string_view title;  // RFC 9457 title: the same for every occurrence, nothing internal
  Side side;
  bool retryable;  // another instance may be tried when nothing was sent to the client
};

// Every decider, in the order of the enum. Unknown numbers (from a newer database) map to
// `internal`.
std::span<const DeciderInfo> all_deciders();
const DeciderInfo& info(Decider decider);

// A refusal or a failure on the request path, before it is turned into an answer.
struct Error {
  Decider decider = Decider::internal;
  const char* detail = "";  // a static sentence for the client: nothing internal, no address
};

}  // namespace gateway
