#pragma once

#include <string>
#include <string_view>

#include "shared/config/diagnostic.h"

namespace gateway::ctl {

// A line that GitHub's runner turns into an annotation of the place (workflow commands,
// https://docs.github.com/actions). `kind`: "error" or "warning".
std::string annotation(std::string_view kind, const std::string& path, config::Place place,
                       std::string_view title, const std::string& message);

// One for each finding.
std::string annotations(const config::Diagnostics& findings);

}  // namespace gateway::ctl
