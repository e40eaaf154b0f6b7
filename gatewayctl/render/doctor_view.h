#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gatewayctl/doctor/finding.h"

namespace gateway::ctl {

// A line for each finding and, below what is not well, what to do; then how many of each there are.
std::string render_findings(const doctor::Findings& findings, bool colour);

// {"format":1,"ok":N,"warnings":N,"failures":N,"checks":[{check,state,message,next}]}
nlohmann::json findings_json(const doctor::Findings& findings);

// How many there are in this state.
std::size_t count_of(const doctor::Findings& findings, doctor::State state);

}  // namespace gateway::ctl
