#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace gateway::policy {

using Sha256 = std::array<std::uint8_t, 32>;

// SHA-256 (FIPS 180-4) of the parts one after the other. Any thread.
Sha256 sha256(std::initializer_list<std::string_view> parts);
// The same compared without telling by the time where the first difference is.
bool equal_in_constant_time(const Sha256& a, const Sha256& b);

}  // namespace gateway::policy
