#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/ip.h"
#include "shared/config/setting.h"
#include "shared/config/upstream.h"

namespace gateway::config {

// A secret as the files name it: at most one of the three is set. Never printed.
struct Secret {
  std::string value;
  std::string file;        // path of a file that holds it
  std::string credential;  // name of a file within $CREDENTIALS_DIRECTORY
  Place place;

  explicit operator bool() const { return !(value.empty() && file.empty() && credential.empty()); }
};

// A pair of a file's table of strings: field name and value, field name and claim.
struct NamedText {
  std::string name;
  std::string value;
  Place place;
};

enum class AuthMethod : std::uint8_t { jwt, introspect, api_key, basic, mtls };
inline constexpr std::size_t kAuthMethods = 5;

// Asking a service whether a token is good.
struct Introspection {
  enum class Protocol : std::uint8_t {
    rfc7662,   // POST token=…, answered with {"active": true, …}
    validate,  // GET with the client's Authorization, answered with 200 or 401
  };
  Setting<std::string> service;
  std::string path;
  Protocol protocol = Protocol::rfc7662;
  milliseconds cache{};
  milliseconds timeout{};
  bool last_known_when_down = false;  // false: what cannot be asked is refused with 503
  std::string client_id;              // Basic credentials of the gateway itself; empty: none
  Secret client_secret;
};

struct JwtAuth {
  std::vector<std::string> algorithms;
  Secret secret;
  Setting<std::string> public_key_file;
  Setting<std::string> jwks_file;
  Setting<std::string> jwks_url;
  milliseconds jwks_refresh{};
  std::string issuer;                 // empty: any
  std::vector<std::string> audience;  // empty: any
  milliseconds leeway{};
  std::uint64_t max_token_size = 0;  // bytes
  std::uint32_t cache_entries = 0;   // verified tokens that each worker remembers
  std::string roles_claim;
  std::string scope_claim;
  std::optional<Introspection> introspect;
  std::vector<NamedText> forward;  // field = claim
  Place place;
};

struct IntrospectAuth {
  Introspection ask;
  std::string roles_claim;
  std::vector<NamedText> forward;
  Place place;
};

struct ApiKey {
  std::string name;  // becomes the user
  std::string sha256;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  Setting<std::string> expires;  // RFC 3339; empty: never
  Place place;
};

struct ApiKeyAuth {
  std::string header;
  std::string query;  // empty: not taken from the query
  std::vector<ApiKey> keys;
  std::vector<NamedText> forward;
  Place place;
};

struct BasicUser {
  std::string name;
  Setting<std::string> hash;  // as `gatewayctl hash-password` prints it
  std::vector<std::string> roles;
  Place place;
};

struct BasicAuth {
  std::string realm;
  std::vector<BasicUser> users;
  std::vector<NamedText> forward;
  Place place;
};

// Someone whose client certificate counts.
struct MtlsClient {
  std::string name;  // as the certificate tells it
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  Place place;
};

struct MtlsAuth {
  // What of a client's certificate becomes the user.
  enum class User : std::uint8_t { common_name, subject, dns, uri, email, sha256 };
  User user = User::common_name;
  std::vector<MtlsClient> clients;  // empty: everyone whom the listener's authority certifies
  std::vector<NamedText> forward;
  Place place;
};

struct Auth {
  std::optional<JwtAuth> jwt;
  std::optional<IntrospectAuth> introspect;
  std::optional<ApiKeyAuth> api_key;
  std::optional<BasicAuth> basic;
  std::optional<MtlsAuth> mtls;
};

// Shrinking a limit while the gateway itself is over one of these; nothing set: it never does.
struct Adaptive {
  std::optional<milliseconds> lag;   // of a worker's loop
  std::optional<milliseconds> p99;   // of all answers in the last minute
  std::optional<std::uint32_t> cpu;  // per cent of the cores that the workers may use
  std::uint32_t floor = 25;          // per cent of the limit that always stays
};

struct Limit {
  enum class Algorithm : std::uint8_t { sliding_window, token_bucket };
  std::string name;
  std::vector<Setting<std::string>> key;  // "global", "ip", "user", "endpoint", "header:NAME"
  std::uint32_t limit = 0;
  milliseconds window{};
  std::uint32_t burst = 0;
  std::uint32_t cost = 1;
  std::uint8_t ipv6_prefix = 64;
  Algorithm algorithm = Algorithm::sliding_window;
  bool observe = false;
  std::vector<Setting<std::string>> paths;
  std::optional<Adaptive> adaptive;
  Place place;
};

struct Cors {
  std::string name;
  std::vector<Setting<std::string>> origins;
  std::vector<std::string> methods;
  std::vector<Setting<std::string>> headers;
  std::vector<std::string> expose;
  bool credentials = false;
  bool private_network = false;
  milliseconds max_age{};
  Place place;
};

// What is done about a hostile request.
enum class ThreatMode : std::uint8_t { off, observe, block };

struct ThreatRule {
  std::string id;
  Setting<std::string> pattern;  // RE2
  std::vector<std::string> in;   // "path", "query", "header", "body"; empty: all
  Place place;
};

// Fields that every answer carries against attacks on the user's side.
struct SecurityHeaders {
  bool strict = false;
  std::vector<NamedText> fields;  // set when the file gives a table
  bool off() const { return !strict && fields.empty(); }
};

enum class CsrfMode : std::uint8_t { off, origin, token };

struct Security {
  SecurityHeaders headers;
  ThreatMode threats = ThreatMode::off;
  std::vector<std::string> threat_headers;
  std::uint64_t threat_body = 0;  // bytes of a body that are looked at
  std::vector<Setting<std::string>> threat_disable;
  std::vector<ThreatRule> threat_rules;
  std::vector<Cidr> allow;  // not empty: everyone else is refused
  std::vector<Cidr> deny;
  std::string csrf_cookie;
  std::string csrf_header;
};

// Changes to a request's or an answer's fields, in this order: remove, rename, set, add.
struct FieldChanges {
  std::vector<Setting<std::string>> remove;
  std::vector<NamedText> rename;  // old name = new name
  std::vector<NamedText> set;     // values may hold ${request.id} and the like
  std::vector<NamedText> add;
  bool empty() const { return remove.empty() && rename.empty() && set.empty() && add.empty(); }
};

struct QueryChanges {
  std::vector<Setting<std::string>> remove;
  std::vector<NamedText> set;
};

// An answer that the route itself gives.
struct FixedAnswer {
  std::uint16_t status = 200;
  std::string body;
  std::string content_type;
  Place place;
};

struct Redirect {
  Setting<std::string> to;  // may hold ${…}, and captures as a rewrite
  std::uint16_t status = 302;
};

// What a route says of keeping answers.
struct RouteCache {
  std::optional<milliseconds> ttl;  // of answers that say nothing; none: those are not kept
  milliseconds stale_while_revalidate{};
  milliseconds stale_if_error{};
  std::vector<RequestKey> key;  // beside host, path and query
  Place place;
};

// Which answers are compressed.
enum class CompressMode : std::uint8_t {
  off,
  safe,  // those that hold nobody's secrets: to requests without credentials, setting no cookie
  all
};

// What a route asks of who calls it and does to what passes; part of Route.
struct RoutePolicies {
  std::vector<AuthMethod> auth;  // any of; empty: public
  Place auth_place;
  std::vector<Setting<std::string>> roles;   // one of which is needed
  std::vector<Setting<std::string>> scopes;  // all of which are needed
  std::vector<Setting<std::string>> limits;
  Setting<std::string> cors;  // empty: none
  std::optional<SecurityHeaders> headers;
  std::optional<ThreatMode> threats;
  CsrfMode csrf = CsrfMode::off;
  std::vector<Cidr> allow;
  std::vector<Cidr> deny;
  std::vector<Setting<std::string>> content_types;  // media types allowed; empty: all
  std::vector<Setting<std::string>> required_headers;
  std::optional<std::uint64_t> max_query_size;
  std::optional<std::uint64_t> max_url_size;
  FieldChanges request;
  QueryChanges query;
  FieldChanges response;
  std::optional<FixedAnswer> respond;
  std::optional<Redirect> redirect;
  bool maintenance = false;
  std::optional<RouteCache> cache;
  std::optional<CompressMode> compress;  // in place of compression.mode
};

}  // namespace gateway::config
