#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/base/decider.h"
#include "shared/base/uuid.h"

namespace gateway::store {

// What was done about an event. The numbers are stored: never reuse or renumber one.
enum class SecurityAction : std::uint8_t {
  blocked = 0,   // the request was refused
  observed = 1,  // it was let through: the rule only watches
};

// "blocked" and "observed": as in logs and in the control API.
constexpr std::string_view name_of(SecurityAction action) {
  return action == SecurityAction::observed ? "observed" : "blocked";
}

// One security event as it is written. The views must live until Writer::append_events returns.
struct SecurityRow {
  Uuid id;              // of the request; all zero when the row stands for many
  UnixMicros time = 0;  // when it was decided
  Decider kind = Decider::internal;
  SecurityAction action = SecurityAction::blocked;
  std::uint64_t count = 1;  // events that this row stands for
  std::uint32_t route = 0;  // the number of its name; 0: none
  std::string_view rule;    // what decided: the id of a threat rule, the name of a limit
  std::string_view client;
  std::string_view user;
  std::string_view method;
  std::string_view host;
  std::string_view path;
  std::string_view detail;  // already masked
};

}  // namespace gateway::store
