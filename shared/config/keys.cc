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

constexpr bool kRequired = true;

constexpr std::array kAuto = {Choice{"auto"}};
constexpr std::array kEndpoints = {Choice{"info"}, Choice{"health"}, Choice{"services"},
                                   Choice{"metrics"}, Choice{"docs"}};
constexpr std::array kForwardedHeaders = {Choice{"x-forwarded"}, Choice{"forwarded"},
                                          Choice{"via"}};
constexpr std::array kTlsVersions = {Choice{"1.2"}, Choice{"1.3"}};
constexpr std::array kClientAuths = {Choice{"off"}, Choice{"optional"}, Choice{"required"}};
constexpr std::array kMtlsUsers = {Choice{"common_name"}, Choice{"subject"}, Choice{"dns"},
                                   Choice{"uri"},         Choice{"email"},   Choice{"sha256"}};
constexpr std::array kRoles = {Choice{"viewer"}, Choice{"operator"}, Choice{"admin"}};
constexpr std::array kLogLevels = {Choice{"debug"}, Choice{"info"}, Choice{"warning"},
                                   Choice{"error"}};
constexpr std::array kLogFormats = {Choice{"text"}, Choice{"json"}};
constexpr std::array kAccessTargets = {Choice{"stdout"}, Choice{"/*"}};
constexpr std::array kParents = {Choice{"anyone"}, Choice{"trusted_proxies"}, Choice{"nobody"}};
constexpr std::array kLogTargets = {Choice{"stderr"}, Choice{"journald"}, Choice{"/*"}};
constexpr std::array kAlgorithms = {
    Choice{"HS256"}, Choice{"HS384"}, Choice{"HS512"}, Choice{"RS256"}, Choice{"RS384"},
    Choice{"RS512"}, Choice{"PS256"}, Choice{"PS384"}, Choice{"PS512"}, Choice{"ES256"},
    Choice{"ES384"}, Choice{"ES512"}, Choice{"EdDSA"}};
constexpr std::array kWhenDown = {Choice{"reject"}, Choice{"last_known"}};
constexpr std::array kBalances = {Choice{"round_robin"}, Choice{"weighted_round_robin"},
                                  Choice{"least_connections"}, Choice{"power_of_two"},
                                  Choice{"hash"}};
constexpr std::array kRequestKeys = {Choice{"client_ip"}, Choice{"user"}, Choice{"header:*"},
                                     Choice{"cookie:*"}};
constexpr std::array kCacheKeys = {Choice{"user"}, Choice{"header:*"}, Choice{"cookie:*"}};
constexpr std::array kCompressModes = {Choice{"off"}, Choice{"safe"}, Choice{"all"}};
constexpr std::array kEncodings = {Choice{"zstd"}, Choice{"br"}, Choice{"gzip"}};
constexpr std::array kWhenNone = {Choice{"fail"}, Choice{"try_all"}};
constexpr std::array kBreakerPer = {Choice{"service"}, Choice{"instance"}};
constexpr std::array kRetryOn = {Choice{"connect"}, Choice{"reset"}, Choice{"timeout"},
                                 Choice{"500"},     Choice{"502"},   Choice{"503"},
                                 Choice{"504"}};
constexpr std::array kAuths = {Choice{"none"},    Choice{"jwt"},   Choice{"introspect"},
                               Choice{"api_key"}, Choice{"basic"}, Choice{"mtls"}};
constexpr std::array kProtocols = {Choice{"validate"}, Choice{"rfc7662"}};
constexpr std::array kCsrfModes = {Choice{"off"}, Choice{"origin"}, Choice{"token"}};
constexpr std::array kThreatPlaces = {Choice{"path"}, Choice{"query"}, Choice{"header"},
                                      Choice{"body"}};
constexpr std::array kLimitHeaders = {Choice{"x-ratelimit"}, Choice{"ratelimit"}};
constexpr std::array kLimitKeys = {Choice{"global"}, Choice{"ip"}, Choice{"user"},
                                   Choice{"endpoint"}, Choice{"header:*"}};
constexpr std::array kLimitAlgorithms = {Choice{"sliding_window"}, Choice{"token_bucket"}};
constexpr std::array kLimitModes = {Choice{"enforce"}, Choice{"observe"}};
constexpr std::array kSecurityHeaders = {Choice{"strict"}, Choice{"off"}};
constexpr std::array kThreats = {Choice{"off"}, Choice{"observe"}, Choice{"block"}};

using enum KeyType;

// Columns: path, type, default, min, max, choices, help, required.
// A table, laid out by hand in as few lines as it can be read in.
// clang-format off
// No std::array: deducing its size from so many is more than clang nests.
constexpr Key kKeys[] = {
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
    Key{"gateway.tunnel_idle_timeout", duration, "", kShortest, kDay, {},
        "Silence after which a tunnel (WebSocket or another upgrade) is closed; without it "
        "idle_timeout holds."},
    Key{"gateway.tunnel_lifetime", duration, "", kSecond, 365 * kDay, {},
        "Age at which a tunnel is closed, however busy it is; without it none is."},
    Key{"gateway.max_lag", duration, "", kShortest, kMinute, {},
        "Delay within a worker beyond which new requests are refused with 503."},
    Key{"gateway.expose", choices, "[]", 0, 0, kEndpoints,
        "Built-in endpoints answered on the public listeners, before any route: info is / with the "
        "states of services; health is /health, which tells only that the gateway is there; "
        "services is /services, /health/services and /health/detailed; metrics is /metrics for "
        "Prometheus; docs is /docs and /openapi.json, the description of the control API, which "
        "itself answers at [control] alone."},
    Key{"gateway.forwarded_headers", choices, "[\"x-forwarded\", \"forwarded\"]", 0, 0,
        kForwardedHeaders,
        "Fields that tell upstreams about the client: X-Forwarded-For, -Proto and -Host, "
        "Forwarded (RFC 7239), Via."},
    Key{"gateway.limit_memory", size, "16MiB", 64 * kKiB, 16 * kGiB, {},
        "Memory for the counters of limits; beyond it the ones unused for longest are forgotten."},
    Key{"gateway.rate_limit_headers", choices, "[\"x-ratelimit\"]", 0, 0, kLimitHeaders,
        "Fields of answers that a limit counted: X-RateLimit-Limit, -Remaining and -Reset, or "
        "RateLimit and RateLimit-Policy (IETF draft)."},
    Key{"gateway.http2", table, "", 0, 0, {},
        "What one HTTP/2 connection of a client may hold and do; listeners.*.http2 turns it on."},
    Key{"gateway.http2.max_streams", integer, "100", 1, 10'000, {},
        "Requests at once, announced as SETTINGS_MAX_CONCURRENT_STREAMS; one more is refused alone, "
        "with REFUSED_STREAM."},
    Key{"gateway.http2.stream_window", size, "64KiB", 16 * kKiB, 16 * kMiB, {},
        "Bytes of one request's body that a client may send before any of them went on."},
    Key{"gateway.http2.connection_window", size, "1MiB", 64 * kKiB, 64 * kMiB, {},
        "Bytes of the bodies of all requests together that a client may send before any of them "
        "went on."},
    Key{"gateway.http2.max_resets", integer, "200", 1, 1'000'000, {},
        "Requests that a client may take back in a second; beyond it the connection ends with "
        "ENHANCE_YOUR_CALM."},
    Key{"gateway.http2.max_control_frames", integer, "10000", 10, 1'000'000, {},
        "Frames without content (SETTINGS, PING, PRIORITY, WINDOW_UPDATE and empty DATA) that a "
        "client may send in a second, beside four for each frame that it gets; beyond it the "
        "connection ends with ENHANCE_YOUR_CALM."},

    Key{"listeners", table, "", 0, 0, {}, "Addresses on which clients are served, by name."},
    Key{"listeners.*", table, "", 0, 0, {}, "One listener."},
    Key{"listeners.*.address", address, "", 0, 0, {},
        "IP address and port, as \"0.0.0.0:8000\" or \"[::]:8000\".", kRequired},
    Key{"listeners.*.http2", boolean, "false", 0, 0, {},
        "Also speak HTTP/2: under TLS to clients that agree on it (ALPN), else to those that begin "
        "with it (prior knowledge)."},
    Key{"listeners.*.proxy_protocol", networks, "[]", 0, 0, {},
        "Networks of the load balancers in front that begin each connection with a PROXY header "
        "(versions 1 and 2), which names the client. Everyone else is served without one."},
    Key{"listeners.*.redirect_to_https", boolean, "false", 0, 0, {},
        "true answers every request with a redirection (308) to the same place under https, but "
        "for built-in endpoints and ACME's challenges."},
    Key{"listeners.*.https_port", integer, "443", 1, 65535, {}, "The port that it leads to."},
    Key{"listeners.*.tls", table, "", 0, 0, {}, "Serve TLS."},
    Key{"listeners.*.tls.certificate", text, "", 1, kPathMax, {},
        "File with the certificate chain in PEM, the listener's own certificate first."},
    Key{"listeners.*.tls.key", text, "", 1, kPathMax, {},
        "File with the private key in PEM, which no password protects."},
    Key{"listeners.*.tls.ocsp_file", text, "", 1, kPathMax, {},
        "File with an OCSP answer in DER that is stapled to the certificate."},
    Key{"listeners.*.tls.certificates", tables, "", 0, 0, {},
        "Further certificates. The name that a client asks for chooses: the first that has it, then "
        "the first with a wildcard for it, then the first of all. Two of the same names and "
        "different kinds of key are offered together."},
    Key{"listeners.*.tls.certificates[].certificate", text, "", 1, kPathMax, {},
        "File with the certificate chain in PEM.", kRequired},
    Key{"listeners.*.tls.certificates[].key", text, "", 1, kPathMax, {},
        "File with the private key in PEM.", kRequired},
    Key{"listeners.*.tls.certificates[].ocsp_file", text, "", 1, kPathMax, {},
        "File with an OCSP answer in DER that is stapled to the certificate."},
    Key{"listeners.*.tls.acme", texts, "[]", 1, 253, {},
        "Names for which a certificate is got and renewed as [acme] says."},
    Key{"listeners.*.tls.min_version", choice, "1.2", 0, 0, kTlsVersions,
        "Oldest TLS version accepted."},
    Key{"listeners.*.tls.ciphers", text, "", 1, kTextMax, {},
        "Ciphers of TLS 1.2 in OpenSSL's form; without it the elliptic-curve ones of Mozilla's "
        "intermediate configuration."},
    Key{"listeners.*.tls.cipher_suites", text, "", 1, kTextMax, {},
        "Cipher suites of TLS 1.3 in OpenSSL's form; without it all that OpenSSL has on."},
    Key{"listeners.*.tls.handshake_timeout", duration, "10s", kShortest, kMinute, {},
        "Time for a client to finish the TLS handshake, from its connecting."},
    Key{"listeners.*.tls.client_auth", choice, "off", 0, 0, kClientAuths,
        "Whether clients are asked for a certificate: one that client_ca does not lead to ends the "
        "handshake, and so does none where it is required."},
    Key{"listeners.*.tls.client_ca", text, "", 1, kPathMax, {},
        "File with the authorities, in PEM, that certify clients."},
    Key{"listeners.*.tls.session_tickets", boolean, "true", 0, 0, {},
        "Let clients resume their sessions, for 12 hours, by tickets."},
    Key{"listeners.*.tls.ocsp", boolean, "false", 0, 0, {},
        "Fetch OCSP answers of the certificates that name where to, and staple them."},

    Key{"acme", table, "", 0, 0, {},
        "Certificates by ACME (RFC 8555), proved over HTTP on port 80 (HTTP-01)."},
    Key{"acme.directory", url, "https://acme-v02.api.letsencrypt.org/directory", 0, 0, {},
        "Directory of the ACME server."},
    Key{"acme.contact", texts, "[]", 1, 256, {},
        "Whom the authority may write to, as \"mailto:ops@example.com\"."},
    Key{"acme.agree_to_terms", boolean, "false", 0, 0, {},
        "true says that you agree to the authority's terms of service; nothing is asked for "
        "without."},
    Key{"acme.ca_file", text, "", 1, kPathMax, {},
        "File with the authorities, in PEM, that certify the ACME server itself; without it the "
        "system's."},
    Key{"acme.state", text, "/var/lib/gatewayd/acme", 1, kPathMax, {},
        "Folder of the account's key and of the certificates."},

    Key{"control", table, "", 0, 0, {}, "The control API that gatewayctl speaks to."},
    Key{"control.socket", text, "/run/gatewayd/control.sock", 0, kSocketMax, {},
        "Path of the Unix socket; \"\" turns the control API off."},
    Key{"control.listen", address, "", 0, 0, {},
        "Address for the control API over TCP, in clear; whoever calls there needs a token."},
    Key{"control.hosts", texts, "[]", 1, 253, {},
        "Names by which it may be called over TCP, beside IP addresses and localhost: a web page "
        "could give its own name the gateway's address (DNS rebinding)."},
    Key{"control.managed_file", text, "", 1, kPathMax, {},
        "The one file that the control API writes routes, limits and CORS rules to, relative to "
        "this file's folder: this file or one that it includes. Without it the API changes none "
        "by name."},
    Key{"control.tokens", tables, "", 0, 0, {}, "Who may use the control API over TCP."},
    Key{"control.tokens[].name", text, "", 1, kNameMax, {},
        "Name of the holder, for the log.", kRequired},
    Key{"control.tokens[].role", choice, "viewer", 0, 0, kRoles,
        "What the holder may do: a viewer looks, an operator reloads and moves breakers as well, an "
        "admin changes the configuration."},
    Key{"control.tokens[].sha256", sha256, "", 0, 0, {},
        "SHA-256 of the token in hexadecimal; the token itself is not kept.", kRequired},

    Key{"store", table, "", 0, 0, {}, "The database of requests."},
    Key{"store.path", text, "/var/lib/gatewayd/gatewayd.db", 0, kPathMax, {},
        "SQLite file; \"\" keeps nothing."},
    Key{"store.keep_requests", duration, "30d", kMinute, 3650 * kDay, {},
        "Age at which logged requests are deleted."},
    Key{"store.keep_health", duration, "90d", kMinute, 3650 * kDay, {},
        "Age at which changes of health and breakers, and figures of checks, are deleted."},
    Key{"store.keep_security", duration, "180d", kMinute, 3650 * kDay, {},
        "Age at which security events are deleted."},
    Key{"store.keep_traces", duration, "7d", kMinute, 3650 * kDay, {},
        "Age at which traces of requests, which \"gatewayctl why\" tells, are deleted."},
    Key{"store.max_traces", integer, "100000", 0, 100'000'000, {},
        "Traces kept at most, of up to 4 KiB each; 0 keeps none. Refused and failed requests have "
        "one, as long as a worker sees no more than 200 of a kind in a second."},
    Key{"store.trace_one_in", integer, "1000", 0, 1'000'000'000, {},
        "Of requests that are neither refused nor fail one in so many has its trace kept; 0: "
        "none."},
    Key{"store.max_size", size, "10GiB", kMiB, 1024 * kTiB, {},
        "Size of the database beyond which traces and the oldest requests are deleted."},

    Key{"cache", table, "", 0, 0, {}, "The memory for answers that routes keep."},
    Key{"cache.memory", size, "64MiB", kMiB, kTiB, {},
        "Memory for all of them; beyond it those go that were not asked for again."},
    Key{"cache.max_entry", size, "1MiB", kKiB, kGiB, {},
        "Longest answer that is kept, its head included; a sixteenth of cache.memory at most."},
    Key{"cache.max_waiting", integer, "1000", 0, 100'000, {},
        "Requests that wait for one answer which another fetches; further ones fetch it "
        "themselves."},
    Key{"cache.wait", duration, "5s", kShortest, kHour, {},
        "Longest time that one waits; then it fetches the answer itself."},

    Key{"compression", table, "", 0, 0, {}, "Compressing answers for clients that ask for it."},
    Key{"compression.mode", choice, "off", 0, 0, kCompressModes,
        "Of routes that do not say: off; safe compresses no answer to a request with credentials "
        "or cookies, and none that sets a cookie (BREACH); all compresses those, too."},
    Key{"compression.encodings", choices, "[\"zstd\", \"br\", \"gzip\"]", 0, 0, kEncodings,
        "Codings, of which the client's preference chooses, then this order."},
    Key{"compression.types", texts,
        "[\"text/*\", \"application/json\", \"application/*+json\", \"application/xml\", "
        "\"application/*+xml\", \"application/javascript\", \"image/svg+xml\"]", 3, 256, {},
        "Media types that are compressed; \"*\" stands for any text within one."},
    Key{"compression.min_size", size, "512B", 0, kGiB, {},
        "Shortest answer that is compressed; one whose length is not known ahead always is."},
    Key{"compression.max_active", integer, "64", 1, 100'000, {},
        "Answers that each worker compresses at once; further ones are sent as they are."},

    Key{"log", table, "", 0, 0, {}, "The daemon's own log."},
    Key{"log.level", choice, "info", 0, 0, kLogLevels, "Least severity that is written."},
    Key{"log.format", choice, "text", 0, 0, kLogFormats, "Form of a line."},
    Key{"log.to", choice, "stderr", 1, kPathMax, kLogTargets,
        "stderr, journald (native fields: PRIORITY, GATEWAYD_...), or the absolute path of a file."},
    Key{"log.levels", table, "", 0, 0, {},
        "The same as level for one category of lines; without it, level holds."},
    Key{"log.levels.request", choice, "", 0, 0, kLogLevels,
        "Lines about one request: at debug, one for each that failed."},
    Key{"log.levels.service", choice, "", 0, 0, kLogLevels,
        "Lines about services, their health and breakers."},
    Key{"log.levels.security", choice, "", 0, 0, kLogLevels,
        "Lines about keys and tokens: at debug, one for each request that was refused."},
    Key{"log.levels.store", choice, "", 0, 0, kLogLevels, "Lines about the database."},
    Key{"log.levels.system", choice, "", 0, 0, kLogLevels,
        "Lines about the process and its configuration."},
    Key{"log.queue", size, "1MiB", 4 * kKiB, 256 * kMiB, {},
        "Memory for lines that wait for a slow target; what finds it full is dropped and counted."},
    Key{"log.access", choice, "", 1, kPathMax, kAccessTargets,
        "Where each request is written as a line of JSON: stdout, or the absolute path of a file, "
        "which SIGUSR1 opens again. None: nowhere."},
    Key{"log.access_queue", size, "1MiB", 64 * kKiB, 256 * kMiB, {},
        "Memory of each worker for requests that wait to be written there; what finds it full is "
        "dropped and counted."},
    Key{"log.redact", texts, "[\"token\", \"access_token\", \"api_key\", \"password\", \"secret\"]",
        1, kNameMax, {}, "Query parameters whose values are masked wherever a request is logged."},

    Key{"tracing", table, "", 0, 0, {}, "Spans of requests for a collector (OpenTelemetry)."},
    Key{"tracing.endpoint", url, "", 0, 0, {},
        "Where spans are sent as OTLP over HTTP in JSON, as "
        "\"http://127.0.0.1:4318/v1/traces\". None: requests are not traced, and traceparent and "
        "tracestate pass as any other field."},
    Key{"tracing.sample_one_in", integer, "1", 0, 1'000'000'000, {},
        "Of requests whose trace begins here, one in so many is sampled; 0: none. A trace that came "
        "with the request is sampled as its traceparent says."},
    Key{"tracing.take_parent", choice, "anyone", 0, 0, kParents,
        "Whose traceparent (W3C Trace Context) is taken over; for others a trace begins here."},
    Key{"tracing.service_name", text, "gatewayd", 1, 255, {},
        "The service.name under which the spans stand."},
    Key{"tracing.headers", tables, "", 0, 0, {}, "Fields that are sent with the spans."},
    Key{"tracing.headers[].name", text, "", 1, kNameMax, {},
        "Name of the field, as \"Authorization\".", kRequired},
    Key{"tracing.headers[].secret", secret, "", 1, kTextMax, {}, "Its value."},
    Key{"tracing.queue", size, "1MiB", 64 * kKiB, 256 * kMiB, {},
        "Memory of each worker for spans that wait to be sent, at some 500 bytes a request; what "
        "finds it full is dropped and counted."},
    Key{"tracing.batch", integer, "512", 1, 10'000, {},
        "Requests whose spans are sent at once, at most."},
    Key{"tracing.every", duration, "1s", kShortest, kMinute, {},
        "How long a span waits for others to be sent with, at most."},
    Key{"tracing.timeout", duration, "10s", kShortest, kMinute, {},
        "Time for the collector to take a batch. One that it could not take is sent again, as its "
        "Retry-After says, five times at most."},

    Key{"auth", table, "", 0, 0, {}, "Ways to tell who is asking."},
    Key{"auth.jwt", table, "", 0, 0, {}, "Bearer tokens in JWS form (RFC 7515)."},
    Key{"auth.jwt.algorithms", choices, "", 0, 0, kAlgorithms,
        "Signature algorithms accepted.", kRequired},
    Key{"auth.jwt.jwks_url", url, "", 0, 0, {}, "Where the public keys are fetched."},
    Key{"auth.jwt.secret", secret, "", 1, kTextMax, {}, "Key of the HS algorithms."},
    Key{"auth.jwt.public_key_file", text, "", 1, kPathMax, {},
        "File with a public key in PEM."},
    Key{"auth.jwt.jwks_file", text, "", 1, kPathMax, {},
        "File with a JWK set (RFC 7517)."},
    Key{"auth.jwt.jwks_refresh", duration, "5m", 10 * kSecond, kDay, {},
        "How often jwks_url is fetched again; an unknown key asks for it at once, at most every "
        "10 s."},
    Key{"auth.jwt.issuer", text, "", 1, kTextMax, {}, "The iss claim that is asked for."},
    Key{"auth.jwt.audience", texts, "[]", 1, kTextMax, {},
        "Values of the aud claim, one of which is asked for."},
    Key{"auth.jwt.leeway", duration, "30s", 0, kHour, {},
        "How far clocks may differ when exp and nbf are judged."},
    Key{"auth.jwt.max_token_size", size, "8KiB", 256, 64 * kKiB, {},
        "Longest token that is looked at."},
    Key{"auth.jwt.cache", integer, "4096", 0, 1'000'000, {},
        "Verified tokens that each worker remembers."},
    Key{"auth.jwt.roles_claim", text, "roles", 1, 256, {},
        "Claim that holds the roles; a dot leads into an object, as in realm_access.roles."},
    Key{"auth.jwt.scope_claim", text, "scope", 1, 256, {}, "Claim that holds the scopes."},
    Key{"auth.jwt.introspect", table, "", 0, 0, {},
        "Ask a service about each token as well."},
    Key{"auth.jwt.introspect.service", text, "", 1, kNameMax, {},
        "The service that is asked.", kRequired},
    Key{"auth.jwt.introspect.path", text, "", 1, kTextMax, {},
        "Path of the question.", kRequired},
    Key{"auth.jwt.introspect.protocol", choice, "validate", 0, 0, kProtocols,
        "validate: GET with the client's Authorization, good when answered with 200; rfc7662: "
        "token introspection (RFC 7662)."},
    Key{"auth.jwt.introspect.timeout", duration, "2s", kShortest, kMinute, {},
        "Time for an answer."},
    Key{"auth.jwt.introspect.client_id", text, "", 1, 256, {},
        "Name by which the gateway presents itself (Basic)."},
    Key{"auth.jwt.introspect.client_secret", secret, "", 1, kTextMax, {}, "Its password."},
    Key{"auth.jwt.introspect.cache", duration, "60s", 0, kDay, {},
        "How long an answer is believed; that a token is not active, for 5s at most. 0s asks each "
        "time."},
    Key{"auth.jwt.introspect.when_down", choice, "reject", 0, 0, kWhenDown,
        "What counts while the service does not answer."},
    Key{"auth.jwt.forward", text_map, "", 1, kTextMax, {},
        "Claims sent to upstreams: field name = claim."},

    Key{"auth.introspect", table, "", 0, 0, {}, "Bearer tokens that a service is asked about."},
    Key{"auth.introspect.service", text, "", 1, kNameMax, {},
        "The service that is asked.", kRequired},
    Key{"auth.introspect.path", text, "", 1, kTextMax, {},
        "Path of the question.", kRequired},
    Key{"auth.introspect.protocol", choice, "validate", 0, 0, kProtocols,
        "validate: GET with the client's Authorization, good when answered with 200; rfc7662: "
        "token introspection (RFC 7662)."},
    Key{"auth.introspect.timeout", duration, "2s", kShortest, kMinute, {},
        "Time for an answer."},
    Key{"auth.introspect.client_id", text, "", 1, 256, {},
        "Name by which the gateway presents itself (Basic)."},
    Key{"auth.introspect.client_secret", secret, "", 1, kTextMax, {}, "Its password."},
    Key{"auth.introspect.cache", duration, "60s", 0, kDay, {},
        "How long an answer is believed; that a token is not active, for 5s at most. 0s asks each "
        "time."},
    Key{"auth.introspect.when_down", choice, "reject", 0, 0, kWhenDown,
        "What counts while the service does not answer."},
    Key{"auth.introspect.roles_claim", text, "roles", 1, 256, {},
        "Member of the answer that holds the roles."},
    Key{"auth.introspect.forward", text_map, "", 1, kTextMax, {},
        "Members of the answer sent to upstreams: field name = member."},

    Key{"auth.api_key", table, "", 0, 0, {}, "Keys that are told by their SHA-256."},
    Key{"auth.api_key.header", text, "X-API-Key", 1, 256, {}, "Field that holds the key."},
    Key{"auth.api_key.query", text, "", 1, 256, {},
        "Query parameter that may hold it instead; without it only the field counts."},
    Key{"auth.api_key.keys", tables, "", 0, 0, {}, "The keys."},
    Key{"auth.api_key.keys[].name", text, "", 1, kNameMax, {},
        "Name of the holder, who becomes the user.", kRequired},
    Key{"auth.api_key.keys[].sha256", sha256, "", 0, 0, {},
        "SHA-256 of the key in hexadecimal; the key itself is not kept.", kRequired},
    Key{"auth.api_key.keys[].roles", texts, "[]", 1, kNameMax, {}, "Roles of the holder."},
    Key{"auth.api_key.keys[].scopes", texts, "[]", 1, kNameMax, {}, "Scopes of the key."},
    Key{"auth.api_key.keys[].expires", text, "", 20, 40, {},
        "Time after which the key no longer counts, as \"2027-01-31T00:00:00Z\"."},
    Key{"auth.api_key.forward", text_map, "", 1, kTextMax, {},
        "Facts sent to upstreams: field name = sub or roles."},

    Key{"auth.basic", table, "", 0, 0, {}, "Users with passwords (RFC 7617)."},
    Key{"auth.basic.realm", text, "gatewayd", 1, 256, {}, "Realm that clients are shown."},
    Key{"auth.basic.users", tables, "", 0, 0, {}, "The users."},
    Key{"auth.basic.users[].name", text, "", 1, kNameMax, {}, "Name of the user.", kRequired},
    Key{"auth.basic.users[].hash", text, "", 1, 512, {},
        "What `gatewayctl hash-password` printed.", kRequired},
    Key{"auth.basic.users[].roles", texts, "[]", 1, kNameMax, {}, "Roles of the user."},
    Key{"auth.basic.forward", text_map, "", 1, kTextMax, {},
        "Facts sent to upstreams: field name = sub or roles."},

    Key{"auth.mtls", table, "", 0, 0, {},
        "Certificates of clients, on listeners with client_auth."},
    Key{"auth.mtls.user", choice, "common_name", 0, 0, kMtlsUsers,
        "What of the certificate becomes the user: the subject's common name or all of the subject "
        "(as in RFC 2253), the first alternative name of a kind, or the certificate's SHA-256."},
    Key{"auth.mtls.clients", tables, "", 0, 0, {},
        "Who counts; without it everyone whom the listener's client_ca certifies."},
    Key{"auth.mtls.clients[].name", text, "", 1, kTextMax, {},
        "The user, as the certificate tells.", kRequired},
    Key{"auth.mtls.clients[].roles", texts, "[]", 1, kNameMax, {}, "Roles of the client."},
    Key{"auth.mtls.clients[].scopes", texts, "[]", 1, kNameMax, {}, "Scopes of the client."},
    Key{"auth.mtls.forward", text_map, "", 1, kTextMax, {},
        "Facts sent to upstreams: field name = sub, roles, scope, subject, issuer, serial, sha256, "
        "dns, uri or email."},

    Key{"services", table, "", 0, 0, {}, "Upstream services, by name."},
    Key{"services.*", table, "", 0, 0, {}, "One service."},
    Key{"services.*.instances", instances, "", 0, 0, {},
        "Where the service runs: \"http://host:port\", https for TLS, or tables with url and weight.",
        kRequired},
    Key{"services.*.instances[].url", origin, "", 0, 0, {},
        "Origin of the instance.", kRequired},
    Key{"services.*.instances[].weight", integer, "1", 1, 1000, {},
        "Share of requests against the other instances."},
    Key{"services.*.tls", table, "", 0, 0, {}, "How instances with https are spoken to."},
    Key{"services.*.tls.verify", boolean, "true", 0, 0, {},
        "Whether their certificates are verified; false trusts whoever answers."},
    Key{"services.*.tls.ca_file", text, "", 1, kPathMax, {},
        "File with the authorities, in PEM, that are trusted; without it the system's."},
    Key{"services.*.tls.server_name", text, "", 1, 253, {},
        "Name that is asked for (SNI) and verified, in place of the URL's host."},
    Key{"services.*.tls.certificate", text, "", 1, kPathMax, {},
        "File with the chain, in PEM, of the certificate that the gateway shows them."},
    Key{"services.*.tls.key", text, "", 1, kPathMax, {}, "File with its private key in PEM."},
    Key{"services.*.balance", choice, "round_robin", 0, 0, kBalances,
        "How an instance is chosen for a request."},
    Key{"services.*.hash_on", choice, "client_ip", 0, 0, kRequestKeys,
        "What balance = \"hash\" tells requests apart by: client_ip, user, header:NAME or "
        "cookie:NAME; the client's address where a request has none of it."},
    Key{"services.*.hash_bound", integer, "125", 101, 1000, {},
        "Most requests that hashing gives to one instance, in per cent of the average."},
    Key{"services.*.slow_start", duration, "0s", 0, kHour, {},
        "Time in which an instance that came back grows into its share."},
    Key{"services.*.resolve", duration, "30s", kSecond, kDay, {},
        "How often host names are looked up again; every address of a name is an instance. One that "
        "is not found keeps the addresses it had."},
    Key{"services.*.max_connections", integer, "100", 1, 100'000, {},
        "Requests to each instance at once, over all workers."},
    Key{"services.*.queue", table, "", 0, 0, {},
        "Requests that wait while max_connections are busy; without it they are refused with 503."},
    Key{"services.*.queue.size", integer, "100", 1, 100'000, {}, "Most that wait in each worker."},
    Key{"services.*.queue.timeout", duration, "5s", kShortest, kHour, {},
        "Longest time that one waits."},
    Key{"services.*.connect_timeout", duration, "2s", kShortest, kHour, {},
        "Time to open a connection to an instance."},
    Key{"services.*.response_timeout", duration, "30s", kShortest, kDay, {},
        "Time until the head of an answer."},
    Key{"services.*.read_timeout", duration, "", kShortest, kDay, {},
        "Silence allowed within the body of an answer; without it response_timeout."},
    Key{"services.*.timeout", duration, "", kShortest, kDay, {}, "Time for the whole exchange."},
    Key{"services.*.http2", boolean, "false", 0, 0, {},
        "Speak HTTP/2 to the instances, as gRPC has to: with prior knowledge, or over TLS where they "
        "agree on it."},
    Key{"services.*.max_idle", integer, "128", 0, 10'000, {},
        "Idle connections each worker keeps to each instance."},
    Key{"services.*.idle_timeout", duration, "30s", kShortest, kDay, {},
        "Time after which an idle connection to an instance is closed."},
    Key{"services.*.maintenance", boolean, "false", 0, 0, {},
        "true answers 503 in the service's place; nothing is forwarded."},
    Key{"services.*.retry", table, "", 0, 0, {}, "Trying again, for idempotent methods."},
    Key{"services.*.retry.attempts", integer, "3", 1, 10, {}, "Attempts in all."},
    Key{"services.*.retry.on", choices, "[\"connect\", \"reset\", \"502\", \"503\", \"504\"]", 0, 0,
        kRetryOn, "Failures that lead to a further attempt."},
    Key{"services.*.retry.backoff", duration, "50ms", 0, kMinute, {},
        "Pause before the second attempt; it doubles with each further one."},
    Key{"services.*.retry.any_method", boolean, "false", 0, 0, {},
        "true also repeats methods that are not idempotent."},
    Key{"services.*.retry.budget", integer, "20", 1, 100, {},
        "Per cent of a service's requests that may be repeated."},
    Key{"services.*.retry.max_body", size, "64KiB", 0, 16 * kMiB, {},
        "Longest body that is kept so that it can be sent again."},
    Key{"services.*.hedge", table, "", 0, 0, {},
        "A second attempt beside the first one, for idempotent methods."},
    Key{"services.*.hedge.after", duration, "", kShortest, kHour, {},
        "Delay after which it starts.", kRequired},
    Key{"services.*.health", table, "", 0, 0, {},
        "Asking instances whether they are well."},
    Key{"services.*.health.path", text, "/health", 1, kTextMax, {},
        "Path that is asked for."},
    Key{"services.*.health.method", text, "GET", 1, 32, {}, "Method of the check."},
    Key{"services.*.health.status", texts, "[\"200-299\"]", 3, 7, {},
        "Statuses that are well, as \"200\" or \"200-299\"."},
    Key{"services.*.health.body", text, "", 1, kTextMax, {},
        "Text that the first 64 KiB of the answer's body must hold."},
    Key{"services.*.health.every", duration, "30s", 100, kDay, {},
        "Time between two checks."},
    Key{"services.*.health.timeout", duration, "5s", kShortest, kHour, {},
        "Time for an answer."},
    Key{"services.*.health.healthy_after", integer, "2", 1, 100, {},
        "Good answers in a row after which an instance is used again."},
    Key{"services.*.health.unhealthy_after", integer, "3", 1, 100, {},
        "Failures in a row after which an instance is left out."},
    Key{"services.*.passive", table, "", 0, 0, {}, "Judging instances by live traffic."},
    Key{"services.*.passive.failures", integer, "5", 1, 10'000, {},
        "Failures in a row after which an instance is left out."},
    Key{"services.*.passive.rest", duration, "10s", 100, kDay, {},
        "How long it is left out, unless checks find it well before."},
    Key{"services.*.when_none", choice, "fail", 0, 0, kWhenNone,
        "What is done when no instance is well: answer 503 at once, or try them all."},
    Key{"services.*.breaker", table, "", 0, 0, {}, "Giving a failing service a pause."},
    Key{"services.*.breaker.failures", integer, "5", 1, 10'000, {},
        "Failures in a row that open the breaker."},
    Key{"services.*.breaker.successes", integer, "2", 1, 10'000, {},
        "Successes in a row that close it again."},
    Key{"services.*.breaker.open_for", duration, "60s", 100, kDay, {},
        "Time for which it stays open."},
    Key{"services.*.breaker.rate", integer, "", 1, 100, {},
        "Per cent of failures within the window that open it as well."},
    Key{"services.*.breaker.window", duration, "30s", kSecond, kHour, {}, "The window of rate."},
    Key{"services.*.breaker.min_requests", integer, "20", 1, 1'000'000, {},
        "Requests within the window below which rate does not count."},
    Key{"services.*.breaker.probes", integer, "1", 1, 1000, {},
        "Requests at once that are let through to see whether the service is back."},
    Key{"services.*.breaker.per", choice, "service", 0, 0, kBreakerPer,
        "One for the service, or one for each of its instances."},
    Key{"services.*.breaker.status", texts, "[\"500\", \"502\", \"503\", \"504\"]", 3, 3, {},
        "Answers that count as failures, beside timeouts and broken connections."},

    Key{"routes", table, "", 0, 0, {}, "Which request goes to which service, by name."},
    Key{"routes.*", table, "", 0, 0, {}, "One route."},
    Key{"routes.*.path", text, "", 1, kTextMax, {},
        "Path pattern: \"/a/b\", \"/a/{id}/c\", or \"/a/*\" for all below.", kRequired},
    Key{"routes.*.hosts", texts, "[]", 1, 253, {},
        "Host names, exact or \"*.example.com\"; none: every host."},
    Key{"routes.*.methods", methods, "[]", 1, 32, {}, "HTTP methods; none: every method."},
    Key{"routes.*.service", text, "", 1, kNameMax, {},
        "The service that answers; a route without one has split, respond or redirect."},
    Key{"routes.*.split", integer_map, "", 0, 1'000'000, {},
        "Shares of several services, in place of service: name = weight."},
    Key{"routes.*.sticky", choice, "", 0, 0, kRequestKeys,
        "Whoever is alike in this gets the same share again: client_ip, user, header:NAME or "
        "cookie:NAME; the client's address where a request has none of it."},
    Key{"routes.*.mirror", table, "", 0, 0, {}, "Copies of requests, whose answers are dropped."},
    Key{"routes.*.mirror.service", text, "", 1, kNameMax, {},
        "The service that gets them.", kRequired},
    Key{"routes.*.mirror.percent", integer, "100", 1, 100, {}, "Share of requests that is copied."},
    Key{"routes.*.match_headers", text_map, "", 0, 1024, {},
        "Fields that a request must have, with exactly these values, for the route to match; with "
        "match_query 16 at most."},
    Key{"routes.*.match_query", text_map, "", 0, 1024, {},
        "Query parameters that a request must have, with exactly these values, for the route to "
        "match; with match_headers 16 at most."},
    Key{"routes.*.rewrite", text, "", 1, kTextMax, {},
        "Path sent upstream, with the names and the rest captured by path."},
    Key{"routes.*.priority", integer, "0", -1'000'000, 1'000'000, {},
        "The higher one wins; among equals the more specific path."},
    Key{"routes.*.enabled", boolean, "true", 0, 0, {}, "false takes the route out of service."},
    Key{"routes.*.timeout", duration, "", kShortest, kDay, {},
        "Time for the whole exchange; without it only the timeouts of the service hold."},
    Key{"routes.*.connect_timeout", duration, "", kShortest, kHour, {},
        "In place of the service's."},
    Key{"routes.*.response_timeout", duration, "", kShortest, kDay, {},
        "In place of the service's."},
    Key{"routes.*.read_timeout", duration, "", kShortest, kDay, {}, "In place of the service's."},
    Key{"routes.*.retry", table, "", 0, 0, {}, "Changes to the service's retry."},
    Key{"routes.*.retry.attempts", integer, "", 1, 10, {}, "Attempts in all."},
    Key{"routes.*.retry.any_method", boolean, "false", 0, 0, {},
        "true also repeats methods that are not idempotent."},
    Key{"routes.*.auth", choices_or_one, "none", 0, 0, kAuths, "How the client proves who it is; of several ways any one."},
    Key{"routes.*.roles", texts, "[]", 1, kNameMax, {},
        "Roles, one of which the user needs."},
    Key{"routes.*.scopes", texts, "[]", 1, 256, {}, "Scopes, all of which the user needs."},
    Key{"routes.*.limits", texts, "[]", 1, kNameMax, {},
        "Limits that hold for the route."},
    Key{"routes.*.cors", text, "", 1, kNameMax, {}, "The CORS rules of the route."},
    Key{"routes.*.headers", choice_or_map, "", 0, kTextMax, kSecurityHeaders,
        "Security fields of the route's answers, in place of security.headers."},
    Key{"routes.*.threats", choice, "", 0, 0, kThreats,
        "What to do about hostile requests, in place of security.threats."},
    Key{"routes.*.csrf", choice, "off", 0, 0, kCsrfModes,
        "Proof that an unsafe request with cookies was made by the site's own pages: by Origin, or "
        "by a token as well."},
    Key{"routes.*.allow", networks, "[]", 0, 0, {}, "Networks beside which all are refused."},
    Key{"routes.*.deny", networks, "[]", 0, 0, {},
        "Networks that are refused; of allow and deny the longer prefix counts."},
    Key{"routes.*.content_types", texts, "[]", 1, 256, {},
        "Media types that a body may have; none: every one."},
    Key{"routes.*.required_headers", texts, "[]", 1, 256, {},
        "Fields that a request must have."},
    Key{"routes.*.max_query_size", size, "", 0, 64 * kKiB, {}, "Longest query."},
    Key{"routes.*.max_url_size", size, "", 1, 64 * kKiB, {}, "Longest path with its query."},
    Key{"routes.*.request", table, "", 0, 0, {}, "Changes to the fields of the request."},
    Key{"routes.*.request.set", text_map, "", 0, kTextMax, {}, "Fields to set."},
    Key{"routes.*.request.add", text_map, "", 0, kTextMax, {}, "Fields to add."},
    Key{"routes.*.request.rename", text_map, "", 1, 256, {}, "Fields to rename: old = new."},
    Key{"routes.*.request.remove", texts, "[]", 1, 256, {}, "Fields to remove."},
    Key{"routes.*.query", table, "", 0, 0, {}, "Changes to the query sent upstream."},
    Key{"routes.*.query.set", text_map, "", 0, kTextMax, {}, "Parameters to set."},
    Key{"routes.*.query.remove", texts, "[]", 1, 256, {}, "Parameters to remove."},
    Key{"routes.*.response", table, "", 0, 0, {}, "Changes to the fields of the answer."},
    Key{"routes.*.response.set", text_map, "", 0, kTextMax, {}, "Fields to set."},
    Key{"routes.*.response.add", text_map, "", 0, kTextMax, {}, "Fields to add."},
    Key{"routes.*.response.rename", text_map, "", 1, 256, {}, "Fields to rename: old = new."},
    Key{"routes.*.response.remove", texts, "[]", 1, 256, {}, "Fields to remove."},
    Key{"routes.*.respond", table, "", 0, 0, {}, "An answer in place of a service's."},
    Key{"routes.*.respond.status", integer, "200", 200, 599, {}, "Status of the answer."},
    Key{"routes.*.respond.body", lines, "", 0, 64 * kKiB, {}, "Body of the answer."},
    Key{"routes.*.respond.content_type", text, "text/plain; charset=utf-8", 1, 256, {},
        "Media type of the body."},
    Key{"routes.*.redirect", table, "", 0, 0, {}, "A redirection in place of a service's answer."},
    Key{"routes.*.redirect.to", text, "", 1, kTextMax, {},
        "Location, with the names and the rest captured by path.", kRequired},
    Key{"routes.*.redirect.status", integer, "302", 301, 308, {},
        "301, 302, 303, 307 or 308."},
    Key{"routes.*.cache", table, "", 0, 0, {},
        "Keep answers as their Cache-Control says (RFC 9111)."},
    Key{"routes.*.cache.ttl", duration, "", kSecond, 365 * kDay, {},
        "How long an answer is fresh that does not say; without it such answers are not kept."},
    Key{"routes.*.cache.key", choices, "[]", 0, 0, kCacheKeys,
        "What answers are told apart by beside host, path and query: user, header:NAME or "
        "cookie:NAME. With user answers to requests with credentials are kept, too."},
    Key{"routes.*.cache.stale_while_revalidate", duration, "0s", 0, 365 * kDay, {},
        "How long a stale answer is sent while it is fetched anew, where the answer does not say."},
    Key{"routes.*.cache.stale_if_error", duration, "0s", 0, 365 * kDay, {},
        "How long a stale answer is sent in place of a failure, where the answer does not say."},
    Key{"routes.*.compress", choice, "", 0, 0, kCompressModes, "In place of compression.mode."},
    Key{"routes.*.maintenance", boolean, "false", 0, 0, {},
        "true answers 503 in the service's place."},

    Key{"limits", table, "", 0, 0, {}, "How often one may ask, by name."},
    Key{"limits.*", table, "", 0, 0, {}, "One limit."},
    Key{"limits.*.key", choices_or_one, "", 0, 0, kLimitKeys,
        "What is counted apart: global, ip, user, endpoint or header:NAME; a list counts each "
        "combination.", kRequired},
    Key{"limits.*.limit", integer, "", 1, 1'000'000'000, {},
        "Requests within one window.", kRequired},
    Key{"limits.*.window", duration, "", kSecond, 30 * kDay, {},
        "Length of the window.", kRequired},
    Key{"limits.*.burst", integer, "0", 0, 1'000'000'000, {},
        "Requests allowed on top within a window; of a token_bucket its depth (0: the limit)."},
    Key{"limits.*.cost", integer, "1", 1, 1'000'000, {}, "What one request counts for."},
    Key{"limits.*.ipv6_prefix", integer, "64", 1, 128, {},
        "Bits of an IPv6 address that are counted as one client."},
    Key{"limits.*.algorithm", choice, "sliding_window", 0, 0, kLimitAlgorithms,
        "Way of counting."},
    Key{"limits.*.mode", choice, "enforce", 0, 0, kLimitModes,
        "observe counts and refuses nothing."},
    Key{"limits.*.paths", texts, "[]", 1, kTextMax, {},
        "Path patterns for which the limit holds without being named by a route."},
    Key{"limits.*.adaptive", table, "", 0, 0, {},
        "Shrinks the limit by a tenth each second while the gateway is over one of these, and grows "
        "it back by a twentieth."},
    Key{"limits.*.adaptive.lag", duration, "", 1, kMinute, {}, "Delay within a worker."},
    Key{"limits.*.adaptive.p99", duration, "", 1, kHour, {}, "p99 of answers."},
    Key{"limits.*.adaptive.cpu", integer, "", 1, 100, {}, "Load of the workers' cores in per cent."},
    Key{"limits.*.adaptive.floor", integer, "25", 1, 100, {},
        "Per cent of the limit that always stays."},

    Key{"cors", table, "", 0, 0, {}, "Answers to questions of other origins, by name."},
    Key{"cors.*", table, "", 0, 0, {}, "One set of CORS rules."},
    Key{"cors.*.origins", texts, "", 1, kTextMax, {},
        "Origins that are allowed.", kRequired},
    Key{"cors.*.methods", methods, "[]", 1, 32, {}, "Methods that are allowed."},
    Key{"cors.*.headers", texts, "[]", 1, 256, {}, "Request fields that are allowed."},
    Key{"cors.*.expose", texts, "[]", 1, 256, {}, "Fields of answers that pages may read."},
    Key{"cors.*.credentials", boolean, "false", 0, 0, {},
        "Allow cookies and Authorization."},
    Key{"cors.*.private_network", boolean, "false", 0, 0, {},
        "Allow public pages to ask a private network's gateway."},
    Key{"cors.*.max_age", duration, "1h", 0, kDay, {},
        "How long browsers may keep the answer."},

    Key{"security", table, "", 0, 0, {}, "Defences for all traffic."},
    Key{"security.headers", choice_or_map, "off", 0, kTextMax, kSecurityHeaders,
        "Security fields of answers: strict, off, or a table of fields."},
    Key{"security.threats", choice, "off", 0, 0, kThreats,
        "What to do about hostile requests."},
    Key{"security.threat_headers", texts, "[\"User-Agent\", \"Referer\"]", 1, 256, {},
        "Fields that threat rules look at."},
    Key{"security.threat_body", size, "8KiB", 0, 64 * kKiB, {},
        "Bytes of a form or JSON body that threat rules look at."},
    Key{"security.threat_disable", texts, "[]", 1, kNameMax, {}, "Ids of rules that are off."},
    Key{"security.threat_rules", tables, "", 0, 0, {}, "Rules beside the built-in ones."},
    Key{"security.threat_rules[].id", text, "", 1, kNameMax, {}, "Its id.", kRequired},
    Key{"security.threat_rules[].pattern", text, "", 1, 1024, {},
        "Regular expression (RE2) over the decoded text; case does not count.", kRequired},
    Key{"security.threat_rules[].in", choices_or_one, "", 0, 0, kThreatPlaces,
        "Where it looks: path, query, header, body; none: everywhere."},
    Key{"security.allow", networks, "[]", 0, 0, {}, "Networks beside which all are refused."},
    Key{"security.deny", networks, "[]", 0, 0, {}, "Networks that are refused."},
    Key{"security.csrf_cookie", text, "csrf_token", 1, 256, {},
        "Cookie that holds the token of routes with csrf = \"token\"."},
    Key{"security.csrf_header", text, "X-CSRF-Token", 1, 256, {},
        "Field in which pages send it back."},
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
