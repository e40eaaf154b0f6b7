#include <fmt/format.h>

#include "shared/base/timestamp.h"
#include "shared/decision/check_policies.h"
#include "shared/policy/password_hash.h"

namespace gateway::decision {

void check_auth(const config::Auth& auth, config::Report& report) {
  if (auth.api_key) {
    for (const config::ApiKey& key : auth.api_key->keys) {
      if (key.expires->empty() || parse_rfc3339(key.expires.value)) continue;
      report.error(
          "bad-time", key.expires.place,
          fmt::format("the API key \"{}\": \"{}\" is not a time", key.name, key.expires.value),
          "expected one as \"2027-01-31T00:00:00Z\"");
    }
  }
  if (!auth.basic) return;
  for (const config::BasicUser& user : auth.basic->users) {
    const char* why = "";
    if (!user.hash.place || policy::PasswordHash::parse(user.hash.value, why)) continue;
    report.error("bad-hash", user.hash.place,
                 fmt::format("the hash of user \"{}\" cannot be used: {}", user.name, why),
                 "write what `gatewayctl hash-password` prints");
  }
}

}  // namespace gateway::decision
