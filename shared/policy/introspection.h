#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/config/policies.h"
#include "shared/policy/identity.h"
#include "shared/policy/jwt_claims.h"
#include "shared/policy/token_cache.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxIntrospectionAnswer = 64 * 1024;  // bytes of a body
// For how long after it was asked for the last time an answer may stand in for a service that is
// down: long enough to mend it, short enough that a token taken back does not live on for a day.
inline constexpr milliseconds kLastKnownFor = 1h;

// A request to the service that knows tokens. Its Host, framing and connection are the sender's.
struct IntrospectionQuestion {
  std::string_view method;  // static
  std::string target;
  std::string authorization;      // value of the field; empty: none
  std::string_view content_type;  // static; empty: no body
  std::string body;
};

// What the service said.
struct IntrospectionAnswer {
  enum class Kind : std::uint8_t {
    active,    // `identity` tells who
    inactive,  // the token does not count: 401
    unusable,  // no answer to go by: as if the service were down
  };
  Kind kind = Kind::unusable;
  std::shared_ptr<const Identity> identity;
  const char* detail = "";  // a static sentence: for the client when inactive, else for the log
};

// Why a token is refused that its service does not vouch for.
inline constexpr char kInactiveToken[] = "the token is not active";

// How tokens are asked about and answers are read. Built once a snapshot; const afterwards.
class IntrospectionRules {
 public:
  // `client_secret`: the text that auth.client_secret names.
  IntrospectionRules(const config::Introspection& ask, std::string_view client_secret,
                     ClaimNames names);

  // rfc7662: a form with the token, and the gateway's own credentials (RFC 7662 §2.1, RFC 6749
  // §2.3.1). validate: the client's token as it sent it. `token` must be a token68.
  IntrospectionQuestion question(std::string_view token) const;

  // rfc7662 (§2.2): 200 with a JSON object whose "active" is a boolean.
  // validate: 2xx is yes and 401 or 403 is no; a JSON object in the body may tell who (sub,
  // username, client_id) and may say "active": false or "valid": false.
  // exp and nbf count when they are there. Where an answer names nobody, the user is "token-" and
  // 16 hex digits of the token's SHA-256: limits per user still tell callers apart.
  IntrospectionAnswer read(int status, std::string_view body, std::string_view token,
                           UnixMicros now) const;

 private:
  using Protocol = config::Introspection::Protocol;

  Protocol protocol_;
  std::string path_;
  std::string authorization_;
  ClaimNames names_;
};

// What a worker knows from earlier answers. A token that is said to be inactive is forgotten at
// once as an active one, and refused for a short while without asking again: a client that goes on
// with it costs its service nothing. Inactive ones stand apart, so that inventing tokens drives no
// good one out. One thread.
class IntrospectionCache {
 public:
  // An inactive token is asked about again after this, or after `fresh_for` where that is shorter.
  static constexpr milliseconds kInactiveFor{5000};
  static constexpr std::size_t kMostInactive = 256;

  // `fresh_for`: how long an answer spares the next question. `last_known`: whether it may also
  // stand in while the service is down.
  IntrospectionCache(std::size_t capacity, milliseconds fresh_for, bool last_known);

  void use_generation(std::uint64_t generation) {
    known_.use_generation(generation);
    inactive_.use_generation(generation);
  }

  // The identity to go by without asking; null: ask.
  std::shared_ptr<const Identity> fresh(std::string_view token, UnixMicros now);
  // Whether it was said to be inactive just now.
  bool is_inactive(std::string_view token, UnixMicros now);
  // The identity to go by when asking failed; null: refuse with 503.
  std::shared_ptr<const Identity> last_known(std::string_view token, UnixMicros now);
  // Keeps what an answer said, never past the identity's own end.
  void learn(std::string_view token, const IntrospectionAnswer& answer, UnixMicros now);

 private:
  TokenCache known_;
  TokenCache inactive_;
  UnixMicros fresh_for_;
  UnixMicros keep_for_;
};

}  // namespace gateway::policy
