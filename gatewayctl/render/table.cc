#include "gatewayctl/render/table.h"

#include <algorithm>
#include <utility>

#include "gatewayctl/render/text.h"

namespace gateway::ctl {

constexpr std::size_t kGap = 3;

Table::Table(std::vector<std::string_view> headers) {
  auto& first = rows_.emplace_back();
  for (const std::string_view header : headers) first.emplace_back(header, Colour::bold);
}

void Table::add(std::vector<Cell> row) {
  rows_.push_back(std::move(row));
}

std::string Table::render(bool colour) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i].text));
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += paint(row[i].text, row[i].colour, colour);
      if (i + 1 < row.size()) out.append(widths[i] - display_width(row[i].text) + kGap, ' ');
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  }
  return out;
}

}  // namespace gateway::ctl
