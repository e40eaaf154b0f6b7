#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "shared/base/clock.h"

namespace gateway::control {

// A change of the configuration that may yet go back by itself.
struct PendingChange {
  std::uint32_t revision = 0;       // that serves
  std::uint32_t back_to = 0;        // that served before
  std::optional<UnixMicros> until;  // it goes back then, unless it is confirmed
  std::string guard;                // that it is held to, see decision::parse_guard; or empty
  std::optional<UnixMicros> guarded_until;  // none: as long as it is not confirmed
};

void to_json(nlohmann::json& json, const PendingChange& pending);
void from_json(const nlohmann::json& json, PendingChange& pending);

}  // namespace gateway::control
