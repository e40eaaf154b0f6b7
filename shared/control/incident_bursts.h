#pragma once

#include <vector>

#include "shared/control/incident.h"

namespace gateway::control {

// A burst of 5xx: at least so many of them in a minute, at least this share of the service's
// requests, and so many times the share of before.
inline constexpr std::uint64_t kMinErrors = 5;
inline constexpr double kMinErrorShare = 0.01;
inline constexpr double kErrorFactor = 3;
// A shift of latency: a minute of at least so many good answers whose p99 is at least so many times
// that of before, and longer by at least this.
inline constexpr std::uint64_t kMinAnswers = 20;
inline constexpr double kLatencyFactor = 2;
inline constexpr double kMinLatencyRise = 5'000;  // µs
// A burst of refusals by one rule: as of errors.
inline constexpr std::uint64_t kMinRefusals = 10;
inline constexpr double kRefusalFactor = 3;

// The bursts and shifts of [since, until), measured against the minutes before. Minutes next to
// each other, or with one between them, are one event.
std::vector<IncidentEvent> find_bursts(const store::MinuteFigures& minutes, UnixMicros since,
                                       UnixMicros until);

}  // namespace gateway::control
