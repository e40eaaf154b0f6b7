#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/clock.h"
#include "shared/policy/identity.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxUserSize = 255;
inline constexpr std::size_t kMaxRoles = 256;     // and as many scopes
inline constexpr std::size_t kMaxRoleSize = 256;  // bytes of a role or a scope
inline constexpr std::size_t kMaxClaims = 64;     // that can be forwarded
inline constexpr std::size_t kMaxClaimName = 128;
inline constexpr std::size_t kMaxClaimSize = 2048;
inline constexpr std::size_t kMaxAudiences = 64;

// Which claims hold what access is decided by. A name is that of a member ("roles",
// "https://example.com/roles") or the way to a nested one ("realm_access.roles").
struct ClaimNames {
  std::string roles;
  std::string scope;
};

// The claims of a token (RFC 7519 §4) or of an answer to introspection (RFC 7662 §2.2).
struct ClaimSet {
  std::string subject;    // sub; a whole number is taken too, as text
  std::string client_id;  // RFC 8693 §4.3
  std::string azp;
  std::string username;
  std::string issuer;
  std::vector<std::string> audience;
  std::optional<UnixMicros> expires;
  std::optional<UnixMicros> not_before;
  std::optional<UnixMicros> issued;
  std::optional<bool> active;  // "active", or "valid"
  // A list of texts; a single text is one role, however it is spaced.
  std::vector<std::string> roles;
  // A list, or a text whose parts stand between spaces (RFC 8693 §4.2).
  std::vector<std::string> scopes;
  // As Identity::claims. Left out, as they cannot be a field's value that means the same to its
  // reader: what is empty, too long, has a control character or white space at an end, and a list
  // with an element that has a comma.
  std::vector<std::pair<std::string, std::string>> claims;
};

// Reads a JSON object of claims. Refused are what read_json_object refuses, a registered claim of
// another type than its own, a date that is no number from 1970 to 9999, a user name that is
// too long or not fit for a field, and too many or too long roles, scopes or audiences. Returns
// null or a static sentence for the client; `out` is then half filled.
const char* read_claims(std::string_view json, const ClaimNames& names, ClaimSet& out);

// True when a field can carry `value` and its reader gets just that.
bool is_field_text(std::string_view value);

// The identity that `claims` tell of; they are moved out. `expires` as given.
std::shared_ptr<const Identity> make_identity(std::string user, std::string_view method,
                                              UnixMicros expires, ClaimSet&& claims);

}  // namespace gateway::policy
