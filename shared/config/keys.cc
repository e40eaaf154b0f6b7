#include "shared/config/keys.h"

#include <array>
#include <limits>

namespace gateway::config {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;
constexpr std::int64_t kGiB = 1024 * kMiB;
constexpr std::int64_t kTiB = 1024 * kGiB;
constexpr std::int64_t kShortest = 10;    // ms; below it the timers of a worker cannot tell apart
constexpr std::int64_t kPathMax = 4095;   // PATH_MAX without its NUL
constexpr std::int64_t kSocketMax = 107;  // sun_path without its NUL
constexpr std::int64_t kTextMax = 4096;
constexpr std::int64_t kNameMax = 64;

constexpr bool kNotYet = false;
constexpr bool kBuilt = true;
constexpr bool kRequired = true;

constexpr std::array kAuto = {Choice{"auto"}};
constexpr std::array kEndpoints = {Choice{"info", kNotYet}, Choice{"health"},
                                   Choice{"services", kNotYet}, Choice{"metrics", kNotYet},
                                   Choice{"docs", kNotYet}};
constexpr std::array kForwardedHeaders = {Choice{"x-forwarded"}, Choice{"forwarded"},
                                          Choice{"via"}};
constexpr std::array kTlsVersions = {Choice{"1.2"}, Choice{"1.3"}};
constexpr std::array kRoles = {Choice{"viewer"}, Choice{"operator"}, Choice{"admin"}};
constexpr std::array kLogLevels = {Choice{"debug"}, Choice{"info"}, Choice{"warning"},
                                   Choice{"error"}};
constexpr std::array kLogFormats = {Choice{"text"}, Choice{"json"}};
constexpr std::array kLogTargets = {Choice{"stderr"}, Choice{"journald", kNotYet}, Choice{"/*"}};
constexpr std::array kAlgorithms = {
    Choice{"HS256"}, Choice{"HS384"}, Choice{"HS512"}, Choice{"RS256"}, Choice{"RS384"},
    Choice{"RS512"}, Choice{"PS256"}, Choice{"PS384"}, Choice{"PS512"}, Choice{"ES256"},
    Choice{"ES384"}, Choice{"ES512"}, Choice{"EdDSA"}};
constexpr std::array kWhenDown = {Choice{"reject"}, Choice{"last_known"}};
constexpr std::array kBalances = {Choice{"round_robin"}, Choice{"weighted_round_robin", kNotYet},
                                  Choice{"least_connections", kNotYet}, Choice{"hash", kNotYet}};
constexpr std::array kRetryOn = {Choice{"connect"}, Choice{"reset"}, Choice{"timeout"},
                                 Choice{"500"},     Choice{"502"},   Choice{"503"},
                                 Choice{"504"}};
constexpr std::array kAuths = {Choice{"none"}, Choice{"jwt", kNotYet}};
constexpr std::array kLimitKeys = {Choice{"global"}, Choice{"ip"}, Choice{"user"},
                                   Choice{"endpoint"}, Choice{"header:*"}};
constexpr std::array kLimitAlgorithms = {Choice{"sliding_window"}, Choice{"token_bucket"}};
constexpr std::array kLimitModes = {Choice{"enforce"}, Choice{"observe"}};
constexpr std::array kSecurityHeaders = {Choice{"strict"}, Choice{"off"}};
constexpr std::array kThreats = {Choice{"off"}, Choice{"observe"}, Choice{"block"}};

using enum KeyType;

// Columns: path, type, default, min, max, choices, help, supported, required.
// A table, laid out by hand in as few lines as it can be read in.
// clang-format off
constexpr std::array kKeys = {
    Key{"version", integer, "1", 1, 1, {}, "Version of this format."},
    Key{"include", texts, "[]", 1, kPathMax, {},
        "Files to read as well, as glob patterns relative to this file's folder, in lexical "
        "order. Included files cannot include further ones."},

    Key{"gateway", table, "", 0, 0, {}, "What holds for all traffic."},
    Key{"gateway.workers", integer_or_choice, "auto", 1, 64, kAuto,
        "Worker threads; auto starts one for each core."},
    Key{"gateway.trusted_proxies", networks, "[]", 0, 0, {},
        "Networks of the proxies in front whose X-Forwarded-For, Forwarded and X-Request-ID are "
        "believed."},
    Key{"gateway.max_connections", integer, "20000", 1, 1'000'000, {},
        "Client connections held at once; further ones are closed as they arrive."},
    Key{"gateway.max_header_size", size, "32KiB", kKiB, kMiB, {},
        "Longest head of a request, request line included; beyond it the answer is 431."},
    Key{"gateway.max_target_size", size, "8KiB", 256, 64 * kKiB, {},
        "Longest request target; beyond it the answer is 414."},
    Key{"gateway.max_headers", integer, "100", 1, 1000, {},
        "Most header fields of a request; beyond it the answer is 431."},
    Key{"gateway.max_body_size", size, "10MiB", 1, kTiB, {},
        "Longest body of a request; beyond it the answer is 413."},
    Key{"gateway.client_header_timeout", duration, "10s", kShortest, kHour, {},
        "Time for a client to send a whole head, from its first byte."},
    Key{"gateway.client_body_timeout", duration, "60s", kShortest, kDay, {},
        "Silence allowed while the body of a request is awaited."},
    Key{"gateway.send_timeout", duration, "60s", kShortest, kDay, {},
        "Time without progress allowed while an answer is written to a client."},
    Key{"gateway.idle_timeout", duration, "75s", kShortest, kDay, {},
        "Time after which a connection without a request is closed."},
    Key{"gateway.drain_timeout", duration, "30s", kShortest, kDay, {},
        "Time for requests in flight to end when the daemon stops."},
    Key{"gateway.expose", choices, "[]", 0, 0, kEndpoints,
        "Built-in endpoints answered on the public listeners."},
    Key{"gateway.forwarded_headers", choices, "[\"x-forwarded\", \"forwarded\"]", 0, 0,
        kForwardedHeaders,
        "Fields that tell upstreams about the client: X-Forwarded-For, -Proto and -Host, "
        "Forwarded (RFC 7239), Via."},

    Key{"listeners", table, "", 0, 0, {}, "Addresses on which clients are served, by name."},
    Key{"listeners.*", table, "", 0, 0, {}, "One listener."},
    Key{"listeners.*.address", address, "", 0, 0, {},
        "IP address and port, as \"0.0.0.0:8000\" or \"[::]:8000\".", kBuilt, kRequired},
    Key{"listeners.*.http2", boolean, "false", 0, 0, {}, "Offer HTTP/2.", kNotYet},
    Key{"listeners.*.tls", table, "", 0, 0, {}, "Serve TLS.", kNotYet},
    Key{"listeners.*.tls.certificate", text, "", 1, kPathMax, {},
        "File with the certificate chain in PEM.", kNotYet, kRequired},
    Key{"listeners.*.tls.key", text, "", 1, kPathMax, {},
        "File with the private key in PEM.", kNotYet, kRequired},
    Key{"listeners.*.tls.min_version", choice, "1.2", 0, 0, kTlsVersions,
        "Oldest TLS version accepted.", kNotYet},

    Key{"control", table, "", 0, 0, {}, "The control API that gatewayctl speaks to."},
    Key{"control.socket", text, "/run/gatewayd/control.sock", 0, kSocketMax, {},
        "Path of the Unix socket; \"\" turns the control API off."},
    Key{"control.listen", address, "", 0, 0, {}, "Address for the control API over TCP.", kNotYet},
    Key{"control.tokens", tables, "", 0, 0, {}, "Who may use the control API over TCP.", kNotYet},
    Key{"control.tokens[].name", text, "", 1, kNameMax, {},
        "Name of the holder, for the log.", kNotYet, kRequired},
    Key{"control.tokens[].role", choice, "viewer", 0, 0, kRoles,
        "What the holder may do.", kNotYet},
    Key{"control.tokens[].sha256", sha256, "", 0, 0, {},
        "SHA-256 of the token in hexadecimal; the token itself is not kept.", kNotYet, kRequired},

    Key{"store", table, "", 0, 0, {}, "The database of requests."},
    Key{"store.path", text, "/var/lib/gatewayd/gatewayd.db", 0, kPathMax, {},
        "SQLite file; \"\" keeps nothing."},
    Key{"store.keep_requests", duration, "30d", kMinute, 3650 * kDay, {},
        "Age at which logged requests are deleted."},
    Key{"store.keep_health", duration, "90d", kMinute, 3650 * kDay, {},
        "Age at which health checks are deleted.", kNotYet},
    Key{"store.max_size", size, "10GiB", kMiB, 1024 * kTiB, {},
        "Size of the database beyond which the oldest requests are deleted."},

    Key{"log", table, "", 0, 0, {}, "The daemon's own log."},
    Key{"log.level", choice, "info", 0, 0, kLogLevels, "Least severity that is written."},
    Key{"log.format", choice, "text", 0, 0, kLogFormats, "Form of a line."},
    Key{"log.to", choice, "stderr", 1, kPathMax, kLogTargets,
        "stderr, journald, or the absolute path of a file."},
    Key{"log.redact", texts, "[\"token\", \"access_token\", \"api_key\", \"password\", \"secret\"]",
        1, kNameMax, {}, "Query parameters whose values are masked wherever a request is logged."},

    Key{"auth", table, "", 0, 0, {}, "Ways to tell who is asking."},
    Key{"auth.jwt", table, "", 0, 0, {}, "Bearer tokens in JWS form (RFC 7515).", kNotYet},
    Key{"auth.jwt.algorithms", choices, "", 0, 0, kAlgorithms,
        "Signature algorithms accepted.", kNotYet, kRequired},
    Key{"auth.jwt.jwks_url", url, "", 0, 0, {}, "Where the public keys are fetched.", kNotYet},
    Key{"auth.jwt.secret", secret, "", 1, kTextMax, {}, "Key of the HS algorithms.", kNotYet},
    Key{"auth.jwt.public_key_file", text, "", 1, kPathMax, {},
        "File with a public key in PEM.", kNotYet},
    Key{"auth.jwt.issuer", text, "", 1, kTextMax, {}, "The iss claim that is asked for.", kNotYet},
    Key{"auth.jwt.audience", texts, "[]", 1, kTextMax, {},
        "Values of the aud claim, one of which is asked for.", kNotYet},
    Key{"auth.jwt.leeway", duration, "30s", 0, kHour, {},
        "How far clocks may differ when exp and nbf are judged.", kNotYet},
    Key{"auth.jwt.introspect", table, "", 0, 0, {},
        "Ask a service about each token as well.", kNotYet},
    Key{"auth.jwt.introspect.service", text, "", 1, kNameMax, {},
        "The service that is asked.", kNotYet, kRequired},
    Key{"auth.jwt.introspect.path", text, "", 1, kTextMax, {},
        "Path of the question.", kNotYet, kRequired},
    Key{"auth.jwt.introspect.cache", duration, "60s", 0, kDay, {},
        "How long an answer is believed.", kNotYet},
    Key{"auth.jwt.introspect.when_down", choice, "reject", 0, 0, kWhenDown,
        "What counts while the service does not answer.", kNotYet},
    Key{"auth.jwt.forward", text_map, "", 1, kTextMax, {},
        "Claims sent to upstreams: field name = claim.", kNotYet},

    Key{"services", table, "", 0, 0, {}, "Upstream services, by name."},
    Key{"services.*", table, "", 0, 0, {}, "One service."},
    Key{"services.*.instances", instances, "", 0, 0, {},
        "Where the service runs: \"http://host:port\", or tables with url and weight.",
        kBuilt, kRequired},
    Key{"services.*.instances[].url", origin, "", 0, 0, {},
        "Origin of the instance.", kBuilt, kRequired},
    Key{"services.*.instances[].weight", integer, "1", 1, 1000, {},
        "Share of requests against the other instances."},
    Key{"services.*.balance", choice, "round_robin", 0, 0, kBalances,
        "How an instance is chosen for a request."},
    Key{"services.*.resolve", duration, "30s", kSecond, kDay, {},
        "How often host names are looked up again.", kNotYet},
    Key{"services.*.max_connections", integer, "100", 1, 100'000, {},
        "Connections to each instance at once.", kNotYet},
    Key{"services.*.connect_timeout", duration, "2s", kShortest, kHour, {},
        "Time to open a connection to an instance."},
    Key{"services.*.response_timeout", duration, "30s", kShortest, kDay, {},
        "Time until the head of an answer, and silence allowed within its body."},
    Key{"services.*.max_idle", integer, "128", 0, 10'000, {},
        "Idle connections each worker keeps to each instance."},
    Key{"services.*.idle_timeout", duration, "30s", kShortest, kDay, {},
        "Time after which an idle connection to an instance is closed."},
    Key{"services.*.retry", table, "", 0, 0, {}, "Trying again, for idempotent methods.", kNotYet},
    Key{"services.*.retry.attempts", integer, "3", 1, 10, {}, "Attempts in all.", kNotYet},
    Key{"services.*.retry.on", choices, "[\"connect\", \"reset\", \"502\", \"503\", \"504\"]", 0, 0,
        kRetryOn, "Failures that lead to a further attempt.", kNotYet},
    Key{"services.*.retry.backoff", duration, "50ms", 0, kMinute, {},
        "Pause before the second attempt; it doubles with each further one.", kNotYet},
    Key{"services.*.health", table, "", 0, 0, {},
        "Asking instances whether they are well.", kNotYet},
    Key{"services.*.health.path", text, "/health", 1, kTextMax, {},
        "Path that is asked for.", kNotYet},
    Key{"services.*.health.every", duration, "30s", 100, kDay, {},
        "Time between two checks.", kNotYet},
    Key{"services.*.health.timeout", duration, "5s", kShortest, kHour, {},
        "Time for an answer.", kNotYet},
    Key{"services.*.health.healthy_after", integer, "2", 1, 100, {},
        "Good answers in a row after which an instance is used again.", kNotYet},
    Key{"services.*.health.unhealthy_after", integer, "3", 1, 100, {},
        "Failures in a row after which an instance is left out.", kNotYet},
    Key{"services.*.breaker", table, "", 0, 0, {}, "Giving a failing service a pause.", kNotYet},
    Key{"services.*.breaker.failures", integer, "5", 1, 10'000, {},
        "Failures in a row that open the breaker.", kNotYet},
    Key{"services.*.breaker.successes", integer, "2", 1, 10'000, {},
        "Successes in a row that close it again.", kNotYet},
    Key{"services.*.breaker.open_for", duration, "60s", 100, kDay, {},
        "Time for which it stays open.", kNotYet},

    Key{"routes", table, "", 0, 0, {}, "Which request goes to which service, by name."},
    Key{"routes.*", table, "", 0, 0, {}, "One route."},
    Key{"routes.*.path", text, "", 1, kTextMax, {},
        "Path pattern: \"/a/b\", \"/a/{id}/c\", or \"/a/*\" for all below.", kBuilt, kRequired},
    Key{"routes.*.hosts", texts, "[]", 1, 253, {},
        "Host names, exact or \"*.example.com\"; none: every host."},
    Key{"routes.*.methods", methods, "[]", 1, 32, {}, "HTTP methods; none: every method."},
    Key{"routes.*.service", text, "", 1, kNameMax, {},
        "The service that answers.", kBuilt, kRequired},
    Key{"routes.*.rewrite", text, "", 1, kTextMax, {},
        "Path sent upstream, with the names and the rest captured by path."},
    Key{"routes.*.priority", integer, "0", -1'000'000, 1'000'000, {},
        "The higher one wins; among equals the more specific path."},
    Key{"routes.*.enabled", boolean, "true", 0, 0, {}, "false takes the route out of service."},
    Key{"routes.*.timeout", duration, "", kShortest, kDay, {},
        "Time for the whole exchange; without it only the timeouts of the service hold."},
    Key{"routes.*.auth", choice, "none", 0, 0, kAuths, "How the client proves who it is."},
    Key{"routes.*.roles", texts, "[]", 1, kNameMax, {},
        "Roles, one of which the user needs.", kNotYet},
    Key{"routes.*.limits", texts, "[]", 1, kNameMax, {},
        "Limits that hold for the route.", kNotYet},
    Key{"routes.*.cors", text, "", 1, kNameMax, {}, "The CORS rules of the route.", kNotYet},
    Key{"routes.*.request", table, "", 0, 0, {}, "Changes to the fields of the request.", kNotYet},
    Key{"routes.*.request.set", text_map, "", 0, kTextMax, {}, "Fields to set.", kNotYet},
    Key{"routes.*.request.remove", texts, "[]", 1, 256, {}, "Fields to remove.", kNotYet},
    Key{"routes.*.response", table, "", 0, 0, {}, "Changes to the fields of the answer.", kNotYet},
    Key{"routes.*.response.set", text_map, "", 0, kTextMax, {}, "Fields to set.", kNotYet},
    Key{"routes.*.response.remove", texts, "[]", 1, 256, {}, "Fields to remove.", kNotYet},

    Key{"limits", table, "", 0, 0, {}, "How often one may ask, by name."},
    Key{"limits.*", table, "", 0, 0, {}, "One limit.", kNotYet},
    Key{"limits.*.key", choice, "", 0, 0, kLimitKeys,
        "What is counted apart: global, ip, user, endpoint or header:NAME.", kNotYet, kRequired},
    Key{"limits.*.limit", integer, "", 1, 1'000'000'000, {},
        "Requests within one window.", kNotYet, kRequired},
    Key{"limits.*.window", duration, "", kSecond, 30 * kDay, {},
        "Length of the window.", kNotYet, kRequired},
    Key{"limits.*.burst", integer, "0", 0, 1'000'000'000, {},
        "Requests allowed on top at once.", kNotYet},
    Key{"limits.*.algorithm", choice, "sliding_window", 0, 0, kLimitAlgorithms,
        "Way of counting.", kNotYet},
    Key{"limits.*.mode", choice, "enforce", 0, 0, kLimitModes,
        "observe counts and refuses nothing.", kNotYet},
    Key{"limits.*.paths", texts, "[]", 1, kTextMax, {},
        "Path patterns for which the limit holds without being named by a route.", kNotYet},

    Key{"cors", table, "", 0, 0, {}, "Answers to questions of other origins, by name."},
    Key{"cors.*", table, "", 0, 0, {}, "One set of CORS rules.", kNotYet},
    Key{"cors.*.origins", texts, "", 1, kTextMax, {},
        "Origins that are allowed.", kNotYet, kRequired},
    Key{"cors.*.methods", methods, "[]", 1, 32, {}, "Methods that are allowed.", kNotYet},
    Key{"cors.*.headers", texts, "[]", 1, 256, {}, "Request fields that are allowed.", kNotYet},
    Key{"cors.*.credentials", boolean, "false", 0, 0, {},
        "Allow cookies and Authorization.", kNotYet},
    Key{"cors.*.max_age", duration, "1h", 0, kDay, {},
        "How long browsers may keep the answer.", kNotYet},

    Key{"security", table, "", 0, 0, {}, "Defences for all traffic."},
    Key{"security.headers", choice_or_map, "off", 0, kTextMax, kSecurityHeaders,
        "Security fields of answers: strict, off, or a table of fields.", kNotYet},
    Key{"security.threats", choice, "off", 0, 0, kThreats,
        "What to do about hostile requests.", kNotYet},
    Key{"security.deny", networks, "[]", 0, 0, {}, "Networks that are refused.", kNotYet},
};
// clang-format on

}  // namespace

std::span<const Key> keys() {
  return kKeys;
}

std::string_view last_name(const Key& key) {
  return key.path.substr(key.path.rfind('.') + 1);
}

}  // namespace gateway::config
