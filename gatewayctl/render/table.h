#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "gatewayctl/render/colour.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {

// What is shown of strangers' text (paths, hosts) must not drive the terminal, so a cell's text is
// made visible.
struct Cell {
  template <class Text>
  requires std::convertible_to<Text, std::string_view> Cell(const Text& shown,
                                                            Colour shade = Colour::none)
      : text(config::visible(std::string_view(shown))), colour(shade) {}

  std::string text;
  Colour colour;
};

// Columns under their headers, as wide as their widest cell, three spaces apart, no trailing space.
// A row may have fewer cells than there are headers.
class Table {
 public:
  explicit Table(std::vector<std::string_view> headers);
  void add(std::vector<Cell> row);
  std::string render(bool colour) const;

 private:
  std::vector<std::vector<Cell>> rows_;  // the headers first
};

}  // namespace gateway::ctl
