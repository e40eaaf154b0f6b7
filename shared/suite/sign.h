#pragma once

#include <string>

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/config/policies.h"
#include "shared/suite/suite.h"

namespace gateway::suite {

// Why no token can be made; for a person.
struct CannotSign {
  std::string reason;
};

// `token` as a JWT (RFC 7515 §3.1) that is signed with HMAC as `auth` asks for: by the first HS
// algorithm of its list, with `secret` unless the token names another. Claims that `auth` checks
// and the token does not name are filled in so that they pass. For tests of a configuration alone:
// gatewayd itself signs nothing.
Result<std::string, CannotSign> sign(const Token& token, const config::JwtAuth& auth,
                                     const std::string& secret, UnixMicros now);

}  // namespace gateway::suite
