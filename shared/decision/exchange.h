#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/decider.h"
#include "shared/base/fields.h"
#include "shared/base/ip.h"
#include "shared/base/uuid.h"
#include "shared/decision/cache_turn.h"
#include "shared/decision/snapshot.h"
#include "shared/decision/trace.h"
#include "shared/policy/certificate.h"
#include "shared/policy/cors.h"
#include "shared/policy/identity.h"
#include "shared/policy/rate_limit.h"
#include "shared/policy/threat_scan.h"
#include "shared/policy/trace_context.h"
#include "shared/routing/router.h"

namespace gateway::decision {

// What a decision needs and only the shell can bring.
struct Awaited {
  enum class Kind : std::uint8_t {
    nothing,
    keys,           // newer keys of auth.jwt: a token names one that is not known
    introspection,  // what `token_service` answers to `question`
    password,       // whether `password` has the hash `candidate.hash`
    body,           // the first bytes of the body, for threat rules
  };
  Kind kind = Kind::nothing;
  const TokenService* token_service = nullptr;
  policy::IntrospectionQuestion question;
  policy::BasicRules::Candidate candidate;
  policy::BasicCredentials password;
};

// The shell's answer to what was awaited.
struct Brought {
  bool done = false;           // false: it could not be brought
  std::optional<Error> fault;  // of the request itself, which then ends with it
  bool password_good = false;
  unsigned status = 0;    // of the service's answer
  std::string answer;     // its body
  std::string_view body;  // the request body's first bytes
};

// An answer that the gateway itself makes and that is no refusal.
struct OwnAnswer {
  std::uint16_t status = 0;
  std::string_view reason;        // phrase of the status line
  std::string_view content_type;  // empty: none
  std::string_view body;
  std::string_view
      page_policy{};  // of a page: its Content-Security-Policy, in place of the config's
};

// What is known of one request: data, no behaviour. The shell fills the first part, the pipeline
// the second. Views point into the connection's receive buffer or into this object; one object
// serves many requests in turn, so that its strings keep their memory.
struct Exchange {
  // As received.
  UnixMicros time = 0;
  IpAddress peer;
  std::string_view peer_text;
  bool secure = false;
  const policy::CertificateFacts* client_certificate = nullptr;  // verified; null: it showed none
  std::string_view method;
  std::string_view authority;  // host and port asked for; empty: none (HTTP/1.0)
  std::string_view raw_path;   // without the query; "*" for the asterisk form
  std::string_view query;
  bool has_query = false;
  const Fields* fields = nullptr;
  std::uint64_t content_length = 0;  // 0 also when the length is not known ahead
  bool has_body = false;

  // Decided.
  Uuid id;
  std::array<char, kUuidTextSize> id_text = nil_uuid_text();  // set_id() keeps the two alike
  bool peer_trusted = false;
  policy::TraceStart tracing;
  IpAddress client;  // who asks, as far as trusted proxies tell
  std::string_view client_text;
  std::string_view host;  // of `authority`: lower case, no port, no trailing dot
  std::string_view path;  // normal form, what routes see
  routing::RouteMatch match;
  const RoutePlan* route = nullptr;
  std::uint32_t service = kNoService;  // index into Snapshot::config.services
  std::uint32_t mirror = kNoService;   // the service that gets a copy
  std::string_view upstream_path;      // what the upstream is asked for, without the query
  std::string_view upstream_query;     // without "?"
  bool has_upstream_query = false;
  Trace trace;
  policy::CorsVerdict cors;
  policy::LimitVerdicts limits;
  policy::ThreatVerdict head_threats;
  policy::ThreatVerdict body_threats;
  std::shared_ptr<const policy::Identity> identity;  // null: nobody has said who they are
  config::AuthMethod identity_by = config::AuthMethod::jwt;
  CacheTurn cache;
  policy::CompressRules::Verdict compress;  // of the answer, once its head is there

  // How the decision ends, see Next. `answer_lines`: whole field lines of a refusal or an own
  // answer, WWW-Authenticate and the like.
  std::optional<Error> refusal;
  OwnAnswer own;
  Decider own_decider = Decider::builtin;
  std::string answer_lines;

  // The question to the shell and its answer, see pipeline.h.
  Awaited awaited;
  Brought brought;
  std::size_t next_policy = 0;
  std::size_t next_auth = 0;      // index into route->auth
  bool auth_unavailable = false;  // one of those before it could not be asked
  const char* auth_fault = "";    // why the first credentials that were given do not count
  // For explain alone: whom to take the request for, without credentials.
  std::shared_ptr<const policy::Identity> assumed;

  // Memory behind the views above.
  std::string client_memory;
  std::string host_memory;
  std::string path_memory;
  std::string rewrite_memory;
  std::string query_memory;
  std::string body_memory;
  std::string cache_key;  // what the answer is kept under; empty until it was asked for
};

inline void set_id(Exchange& exchange, const Uuid& id) {
  exchange.id = id;
  format_uuid(id, exchange.id_text.data());
}

}  // namespace gateway::decision
