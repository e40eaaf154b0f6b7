#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gatewayctl/render/colour.h"
#include "gatewayctl/render/story_views.h"
#include "gatewayctl/render/text.h"
#include "gatewayctl/render/views.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

using decision::ExplainLine;
using decision::Explanation;

constexpr std::size_t kLabel = 11;    // columns of a line's label
constexpr std::size_t kSummary = 15;  // at least, of what stands beside others
constexpr std::size_t kGap = 2;
constexpr std::size_t kNamedInstances = 4;

// What stands in the columns behind the label, no empty one at the end.
std::vector<std::string> cells_of(const ExplainLine& line) {
  std::vector<std::string> cells = {line.summary, line.detail, line.remark};
  while (!cells.empty() && cells.back().empty()) cells.pop_back();
  if (line.label == "route" && !line.place.empty()) cells.push_back(line.place);
  for (std::string& cell : cells) cell = config::visible(cell);
  return cells;
}

Colour shade_of(ExplainLine::Kind kind) {
  switch (kind) {
    case ExplainLine::Kind::refused:
      return Colour::red;
    case ExplainLine::Kind::observed:
    case ExplainLine::Kind::open:
      return Colour::yellow;
    case ExplainLine::Kind::passed:
    case ExplainLine::Kind::answered:
      break;
  }
  return Colour::none;
}

std::string padded(std::string text, std::size_t shown, std::size_t width) {
  text.append(width > shown ? width - shown : 1, ' ');
  return text;
}

// The last cell of a line takes what it needs and does not make its column wide.
std::array<std::size_t, 3> widths_of(const std::vector<std::vector<std::string>>& rows) {
  std::array<std::size_t, 3> widths = {kSummary, 0, 0};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  return widths;
}

std::string instances_text(const std::vector<std::string>& urls) {
  std::string text = urls.size() > 1 ? "one of " : "";
  for (std::size_t i = 0; i < std::min(urls.size(), kNamedInstances); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", config::visible(urls[i]));
  }
  if (urls.size() > kNamedInstances)
    text += fmt::format(" and {} more", urls.size() - kNamedInstances);
  return text;
}

std::string outcome_text(const Explanation& explanation, bool colour) {
  switch (explanation.outcome) {
    case Explanation::Outcome::forward:
      return fmt::format("would send {} {} to {}\n", config::visible(explanation.method),
                         config::visible(explanation.target),
                         instances_text(explanation.instances));
    case Explanation::Outcome::open:
      return paint(fmt::format("not known: {}", config::visible(explanation.reason)),
                   Colour::yellow, colour) +
             "\n";
    case Explanation::Outcome::answer:
      break;
  }
  std::string text = fmt::format("would answer {} {}", explanation.status, explanation.decider);
  if (!explanation.reason.empty()) text += ": " + config::visible(explanation.reason);
  text = paint(text, explanation.status >= 400 ? Colour::red : Colour::none, colour) + "\n";
  for (const std::string& field : explanation.fields) {
    text += std::string(kLabel, ' ') + config::visible(field) + "\n";
  }
  return text;
}

}  // namespace

std::string render_lines(const std::vector<ExplainLine>& lines, bool colour) {
  std::vector<std::vector<std::string>> rows;
  for (const ExplainLine& line : lines) rows.push_back(cells_of(line));
  const auto widths = widths_of(rows);
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ExplainLine& line = lines[i];
    out += padded(paint(line.label, Colour::bold, colour && !line.label.empty()),
                  display_width(line.label), kLabel);
    for (std::size_t cell = 0; cell < rows[i].size(); ++cell) {
      const std::string& text = rows[i][cell];
      const std::string shown = paint(text, shade_of(line.kind), colour);
      const bool last = cell + 1 == rows[i].size();
      out += last ? shown : padded(shown, display_width(text), widths[cell] + kGap);
    }
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  }
  return out;
}

std::string render_explanation(const Explanation& explanation, bool colour) {
  return render_lines(explanation.lines, colour) + outcome_text(explanation, colour);
}

}  // namespace gateway::ctl
