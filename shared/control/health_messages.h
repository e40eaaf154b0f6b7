#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/breaker_state.h"
#include "shared/base/clock.h"
#include "shared/base/health_state.h"
#include "shared/base/result.h"
#include "shared/control/queries.h"
#include "shared/store/health_logs.h"

namespace gateway::control {

// The answers of the control API about health and breakers, as those of messages.h.
inline constexpr char kHealthPath[] = "/api/v1/gateway/health";
inline constexpr char kBreakersPath[] = "/api/v1/gateway/breakers";
// What follows the name of a service in kServicesPath/{name}/…
inline constexpr char kServiceHealth[] = "/health";
inline constexpr char kBreakerReset[] = "/breaker/reset";
inline constexpr char kBreakerOpen[] = "/breaker/open";

// Bounds of what opens a breaker by hand.
inline constexpr milliseconds kMinOpenFor{1000};
inline constexpr milliseconds kMaxOpenFor = std::chrono::hours(24 * 30);
inline constexpr std::size_t kMaxOpenReason = 500;  // bytes
// The longest history that is asked for.
inline constexpr milliseconds kMaxHistory = std::chrono::hours(24 * 3650);

// Path of one service's endpoint, its name percent-encoded.
std::string service_path(std::string_view service, std::string_view what);

// One peer: an address of an instance.
struct PeerHealth {
  std::string instance;  // its url
  std::string address;   // "10.0.2.11:8081"; empty: its name is not resolved
  HealthState state = HealthState::unknown;
  UnixMicros since = 0;                     // of the state; 0: since the start
  std::string reason;                       // of the last change; empty: there was none
  std::optional<UnixMicros> checked_at;     // none: not checked yet, or never
  std::optional<std::uint32_t> latency_us;  // of the last check
};

struct ServiceHealth {
  std::string name;
  HealthState state = HealthState::unknown;
  bool checked = false;  // it has active checks
  std::vector<PeerHealth> peers;
};

// GET /api/v1/gateway/health
struct HealthReport {
  std::vector<ServiceHealth> services;  // in the order of the config
};

// GET /api/v1/gateway/services/{name}/health, with ?history=24h for what has changed since.
struct ServiceHealthReport {
  ServiceHealth service;
  std::optional<store::HealthHistory> history;
};

// One breaker: a service's, or that of one instance.
struct BreakerInfo {
  std::string service;
  std::string instance;  // empty: the service's
  BreakerState state = BreakerState::closed;
  UnixMicros since = 0;             // of the state; 0: since the start
  std::optional<UnixMicros> until;  // when an open one lets probes pass
  std::string reason;
  std::string by;              // who opened it; empty: nobody
  std::uint32_t failures = 0;  // in a row; not part of the message
};

// "closed", "open 41s", "half-open": as status shows it.
std::string breaker_text(const BreakerInfo& breaker, UnixMicros now);

// GET /api/v1/gateway/breakers
struct BreakerList {
  std::vector<BreakerInfo> breakers;  // in the order of the config
};

// POST /api/v1/gateway/services/{name}/breaker/reset and …/open?for=10m&reason=…
struct BreakerVerdict {
  bool done = false;
  std::string message;                // why it was not done
  std::vector<BreakerInfo> breakers;  // of the service, as they are now
};

struct OpenBreaker {
  milliseconds open_for{};
  std::string reason;
};
Params to_params(const OpenBreaker& wanted);
Result<OpenBreaker, ParamError> parse_open_breaker(const Params& params);
// ?history=24h; none when it is not asked for.
Result<std::optional<milliseconds>, ParamError> parse_history(const Params& params);

void to_json(nlohmann::json& json, const HealthReport& report);
void to_json(nlohmann::json& json, const ServiceHealthReport& report);
void to_json(nlohmann::json& json, const BreakerList& list);
void to_json(nlohmann::json& json, const BreakerVerdict& verdict);
void from_json(const nlohmann::json& json, HealthReport& report);
void from_json(const nlohmann::json& json, ServiceHealthReport& report);
void from_json(const nlohmann::json& json, BreakerList& list);
void from_json(const nlohmann::json& json, BreakerVerdict& verdict);

}  // namespace gateway::control
