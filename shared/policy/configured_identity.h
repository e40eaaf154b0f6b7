#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/identity.h"

namespace gateway::policy {

// The identity of someone whom the config itself names: the owner of a key, a user with a password.
// Its claims are "sub" (the name), "roles" (joined with commas) and "scope" (with spaces), so that
// fields for the upstream are filled as they are from a token. `method` is static.
std::shared_ptr<const Identity> configured_identity(const std::string& name,
                                                    std::string_view method,
                                                    const std::vector<std::string>& roles,
                                                    const std::vector<std::string>& scopes,
                                                    UnixMicros expires);

}  // namespace gateway::policy
