#pragma once

#include <optional>
#include <string>

#include "shared/decision/change_guard.h"
#include "shared/store/traffic_sample.h"

namespace gateway {

// What a guard compares: the requests that began within the five minutes before now, of the last
// 200,000. Nothing when the log at `store` cannot be read.
std::optional<decision::GuardFigures> figures_before(const std::string& store);

decision::GuardFigures to_figures(const store::TrafficSample& sample);

}  // namespace gateway
