#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/clock.h"

namespace gateway::policy {

// Who is asking, as one of the ways to authenticate told. Immutable once made; shared by the
// requests that carry the same credentials.
struct Identity {
  std::string user;         // sub claim, name of the key or of the user; never empty
  std::string_view method;  // "jwt", "introspect", "api_key", "basic", "mtls": static
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  UnixMicros expires = 0;  // 0: never
  // Claims as text, nested objects left out: "sub", "iss", … A list is joined with commas.
  std::vector<std::pair<std::string, std::string>> claims;

  // Empty when there is no such claim.
  std::string_view claim(std::string_view name) const {
    for (const auto& [known, value] : claims) {
      if (known == name) return value;
    }
    return {};
  }
};

}  // namespace gateway::policy
