#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/config/policies.h"
#include "shared/policy/identity.h"
#include "shared/policy/jwt_claims.h"
#include "shared/policy/key_set.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxJwtHeaderSize = 4096;  // characters of a token's first part
inline constexpr std::size_t kMaxKeysTried = 8;         // for one token

// What a token has to be. Built once a snapshot; const afterwards.
struct JwtRules {
  JwsAlgorithms algorithms;
  std::string issuer;                 // empty: any
  std::vector<std::string> audience;  // one of which is needed; empty: any
  UnixMicros leeway = 0;              // microseconds by which clocks may differ
  std::size_t max_token_size = 0;     // bytes
  ClaimNames claims;

  explicit JwtRules(const config::JwtAuth& auth);

  // Another number when another decision or another identity may come of the same token, by these
  // rules and keys: what was remembered must then be forgotten.
  std::uint64_t generation(const KeySet& keys) const;
};

// Why a token does not count.
struct JwtFault {
  enum class Kind : std::uint8_t {
    too_large,
    malformed,    // not three parts, not canonical base64url, not strict JSON, wrong types
    header,       // a header parameter that changes what is signed or by whom
    algorithm,    // not one of the config's, or of another kind than the key
    unknown_key,  // no key has this kid
    signature,
    expired,
    not_yet,  // nbf, or iat in the future
    issuer,
    audience,
    claims,  // a claim that is needed is missing or has no usable value
  };
  Kind kind;
  const char* detail;  // a static sentence for the client
  // The token names a key that the set does not have: it may be good with a newer set.
  bool kid_unknown = false;
};

// Verifies a JWT in JWS compact form (RFC 7519 §7.2, RFC 7515 §5.2, hardened as RFC 8725 asks).
// - `alg` must be one of the rules' and of the kind of the key; the token chooses nothing else.
// - Keys are those of `keys` alone. `kid` picks among them; a key without a kid is tried for every
//   token of its kind. A token that brings or points to a key (jwk, jku, x5u, x5c) is refused, as
//   are crit and b64 (RFC 7797), which no rule here knows. x5t and unknown parameters are ignored.
// - `typ` is missing, JWT or at+jwt (RFC 9068), in any case, with or without "application/".
// - `exp` is needed: a token that never ends cannot be taken back. nbf and iat count when they are
//   there. The bounds are exact: valid from nbf - leeway on, until before exp + leeway.
// - The user is sub, or else client_id, or else azp (tokens of machines have no sub); a token with
//   none of them is refused.
// Claims are read only once the signature holds. `now` is in Unix microseconds; the identity's
// `expires` is the token's exp, without leeway. Pure; any thread.
Result<std::shared_ptr<const Identity>, JwtFault> verify_jwt(std::string_view token,
                                                             const JwtRules& rules,
                                                             const KeySet& keys, UnixMicros now);

}  // namespace gateway::policy
