#include "gatewayctl/render/top_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/text.h"
#include "gatewayctl/render/top_sections.h"

namespace gateway::ctl {
namespace {

constexpr std::size_t kPrintWidth = 120;  // columns of a picture that is printed
constexpr std::size_t kFewest = 3;        // rows of a section that is shown beside others
constexpr const char* kSortNames[] = {"requests", "errors", "p99", "name"};

// The first columns of a text; an ellipsis stands for what is cut.
std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto next = config::next_visible(text);
    if (used + next.width + 1 > width) break;
    out += next.text;
    used += next.width;
    text.remove_prefix(next.bytes);
  }
  return width == 0 ? std::string() : out + "…";
}

TopLine fitting(TopLine line, std::size_t width) {
  std::size_t used = 0;
  for (Cell& cell : line) {
    cell.text = cut(cell.text, width - used);
    used += display_width(cell.text);
  }
  return line;
}

// How many rows each section gets of the room there is: what one leaves goes to the next.
std::vector<std::size_t> share(const std::vector<TopSection>& sections, std::size_t room) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::size_t left = sections.size() - i;
    const std::size_t even = std::max(room / left, std::min(room, kFewest));
    rows.push_back(std::min(sections[i].rows.size(), even));
    room -= rows.back();
  }
  return rows;
}

// A section from its scrolled row on; the last row tells of those below it.
void put(const TopSection& section, std::size_t scroll, std::size_t rows,
         std::vector<TopLine>& screen) {
  screen.push_back(section.header);
  if (section.rows.empty()) screen.push_back({Cell(section.none, Colour::dim)});
  const std::size_t first = std::min(scroll, section.rows.size());
  const std::size_t all = section.rows.size() - first;
  const bool more = all > rows && rows > 0;
  const std::size_t shown = more ? rows - 1 : std::min(all, rows);
  for (std::size_t i = 0; i < shown; ++i) screen.push_back(section.rows[first + i]);
  if (more) screen.push_back({Cell(fmt::format("… {} more", all - shown), Colour::dim)});
}

void put_one(const TopSection& section, std::size_t scroll, std::size_t room,
             std::vector<TopLine>& screen) {
  const std::size_t rows = room > 1 ? room - 1 : 0;
  const std::size_t last = section.rows.size() > rows ? section.rows.size() - rows : 0;
  put(section, std::min(scroll, last), rows, screen);
}

void put_all(const std::vector<TopSection>& sections, std::size_t room,
             std::vector<TopLine>& screen) {
  std::size_t fixed = 2 * sections.size() - 1;  // headers, and empty lines between
  for (const TopSection& section : sections) fixed += section.rows.empty() ? 1 : 0;
  const auto rows = share(sections, room > fixed ? room - fixed : 0);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (i > 0) screen.emplace_back();
    put(sections[i], 0, rows[i], screen);
  }
}

TopLine footer(const TopChoice& choice, std::string_view trouble) {
  if (!trouble.empty()) return {Cell(trouble, Colour::red)};
  return {
      Cell(fmt::format("q quit   s sort: {}   1 services  2 routes  3 errors  0 all   ↑↓ scroll",
                       kSortNames[static_cast<int>(choice.sort)]),
           Colour::dim)};
}

}  // namespace

std::vector<TopLine> top_screen(const TopFigures* figures, const TopChoice& choice,
                                std::string_view trouble, std::size_t width, std::size_t height) {
  constexpr std::size_t kAround = 4;  // two lines of the whole, an empty one, the footer
  constexpr std::size_t kEndless = 100'000;
  const bool print = height == 0;
  const std::size_t room = print ? kEndless : (height > kAround ? height - kAround : 0);
  std::vector<TopLine> screen;
  if (figures != nullptr) {
    screen = top_head(*figures);
    screen.emplace_back();
    const auto sections = top_sections(*figures, choice.sort);
    if (choice.pane == TopPane::all) {
      put_all(sections, room, screen);
    } else {
      put_one(sections[static_cast<std::size_t>(choice.pane) - 1], choice.scroll, room, screen);
    }
  }
  if (!print) {
    screen.resize(height - std::min<std::size_t>(height, 1));
    screen.push_back(footer(choice, trouble));
    if (height == 0) screen.clear();
  }
  for (TopLine& line : screen) line = fitting(std::move(line), width);
  return screen;
}

std::string render_top(const TopFigures& figures, bool colour) {
  std::string out;
  for (const TopLine& line : top_screen(&figures, {}, "", kPrintWidth, 0)) {
    std::string text;
    for (const Cell& cell : line) text += paint(cell.text, cell.colour, colour);
    while (text.ends_with(' ')) text.pop_back();
    out += text + "\n";
  }
  return out;
}

bool take_key(char key, TopChoice& choice) {
  switch (key) {
    case '0':
    case '1':
    case '2':
    case '3':
      choice.pane = static_cast<TopPane>(key - '0');
      choice.scroll = 0;
      return true;
    case '\t':
      choice.pane = static_cast<TopPane>((static_cast<int>(choice.pane) + 1) % 4);
      choice.scroll = 0;
      return true;
    case 's':
      choice.sort = static_cast<TopSort>((static_cast<int>(choice.sort) + 1) % 4);
      return true;
    case 'j':
      ++choice.scroll;
      return true;
    case 'k':
      choice.scroll -= std::min<std::size_t>(choice.scroll, 1);
      return true;
    default:
      return false;
  }
}

}  // namespace gateway::ctl
