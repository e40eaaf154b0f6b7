#pragma once

#include <string>
#include <vector>

#include "gatewayctl/render/top_view.h"

namespace gateway::ctl {

// A part of what `top` shows: a header and rows in columns below it.
struct TopSection {
  TopLine header;
  std::vector<TopLine> rows;
  std::string none;  // said in place of rows when there are none
};

// The lines about the gateway as a whole: two.
std::vector<TopLine> top_head(const TopFigures& figures);

// Services, routes and errors, in the order of TopPane. Errors come the newest first, whatever the
// rest is sorted by.
std::vector<TopSection> top_sections(const TopFigures& figures, TopSort sort);

}  // namespace gateway::ctl
