#pragma once

#include <string>
#include <string_view>

#include "shared/policy/content_coding.h"

namespace gateway::http {

// What the coding's own library makes of coded bytes; "(broken)" when it refuses them, or when they
// are no whole body.
std::string decoded(policy::Coding coding, std::string_view bytes);
// The same for the beginning of a body.
std::string decoded_so_far(policy::Coding coding, std::string_view bytes);

}  // namespace gateway::http
