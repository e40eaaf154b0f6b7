#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gatewayctl/render/table.h"
#include "gatewayctl/top_figures.h"

namespace gateway::ctl {

enum class TopPane { all, services, routes, errors };
enum class TopSort { requests, errors, latency, name };

// What the user of `top` has chosen.
struct TopChoice {
  TopPane pane = TopPane::all;
  TopSort sort = TopSort::requests;
  std::size_t scroll = 0;  // rows of the pane that are above the first one shown
};

// One line of the screen: texts side by side, each with its colour.
using TopLine = std::vector<Cell>;

// The screen: `height` lines, none wider than `width` columns. Height 0: as many lines as there
// are, for print. `trouble`: why the figures are old; empty: they are not. `figures` may be null:
// there are none yet. Pure.
std::vector<TopLine> top_screen(const TopFigures* figures, const TopChoice& choice,
                                std::string_view trouble, std::size_t width, std::size_t height);

// The figures as one printed picture.
std::string render_top(const TopFigures& figures, bool colour);

// What a key does to the choice; false: nothing. Letters as the last line of the screen says,
// besides those that move.
bool take_key(char key, TopChoice& choice);

}  // namespace gateway::ctl
