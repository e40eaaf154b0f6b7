#pragma once

#include <string>
#include <vector>

#include "shared/control/request_story.h"
#include "shared/decision/explain.h"

namespace gateway::ctl {

// Columns of label, rule, what of the request decided, and what came of it: a line each.
std::string render_lines(const std::vector<decision::ExplainLine>& lines, bool colour);

// What `why` prints of a request that is known: a line of what it was, who decided, every step, the
// attempts. Pure; times are UTC.
std::string render_story(const control::RequestStory& story, bool colour);

}  // namespace gateway::ctl
