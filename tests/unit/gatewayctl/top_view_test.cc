#include "gatewayctl/render/top_view.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "gatewayctl/render/text.h"
#include "tests/unit/gatewayctl/screen.h"

using namespace gateway;
using namespace gateway::ctl;

namespace {

TopFigures figures_of(std::size_t count) {
  TopFigures figures;
  figures.taken = Screen::kNow;
  figures.status.version = "1.0.0";
  figures.routes.since = Screen::kNow - kTopWindow;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "name" + std::to_string(i);
    const auto number = static_cast<std::uint32_t>(i);
    figures.status.services.push_back(
        {name, "healthy", "open 41s", 2, 1, static_cast<double>(i), 1'000, 90'000 - number, i % 3});
    store::StatsRow row;
    row.key = name;
    row.requests = 100 + i;
    row.errors = count - i;
    row.p99_us = number;
    figures.routes.rows.push_back(row);
    store::LogRow error;
    error.status = 503;
    error.time = Screen::kNow;
    error.route = name;
    error.decider = "breaker-open";
    error.method = "GET";
    error.path = "/päth/\x1b[31m" + std::string(200, 'x');
    figures.errors.push_back(error);
  }
  return figures;
}

std::string text_of(const TopLine& line) {
  std::string text;
  for (const Cell& cell : line) text += cell.text;
  return text;
}

std::string text_of(const std::vector<TopLine>& screen) {
  std::string text;
  for (const TopLine& line : screen) text += text_of(line) + "\n";
  return text;
}

}  // namespace

TEST_CASE("whatever the size, the screen has its lines, none too wide, and the last is the keys") {
  const TopFigures many = figures_of(40);
  const TopFigures none = figures_of(0);
  for (const TopFigures* figures : {&many, &none, static_cast<const TopFigures*>(nullptr)}) {
    for (int pane = 0; pane < 4; ++pane) {
      for (const std::size_t width : {1, 2, 20, 79, 80, 300}) {
        for (const std::size_t height : {1, 2, 4, 5, 12, 24, 200}) {
          const TopChoice choice{static_cast<TopPane>(pane), TopSort::name, 7};
          const auto screen = top_screen(figures, choice, "", width, height);
          CHECK(screen.size() == height);
          for (const TopLine& line : screen) CHECK(display_width(text_of(line)) <= width);
          if (width >= 80) CHECK(text_of(screen.back()).starts_with("q quit"));
          CHECK(text_of(screen).find('\x1b') == std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("on 80 by 24 every section has a part, and says how much is left out") {
  const TopFigures figures = figures_of(40);
  const auto screen = text_of(top_screen(&figures, {}, "", 80, 24));
  for (const char* part : {"SERVICE ", "ROUTE (5 MIN)", "NEWEST ERRORS", "name39", "… 36 more"}) {
    CAPTURE(screen);
    CHECK(screen.find(part) != std::string::npos);
  }
}

TEST_CASE("why figures are old stands in place of the keys, in red") {
  const TopFigures figures = figures_of(1);
  const auto screen = top_screen(&figures, {}, "daemon not reachable", 80, 24);
  CHECK(screen.back().front().text == "daemon not reachable");
  CHECK(screen.back().front().colour == Colour::red);
}

TEST_CASE("keys sort, choose and scroll, and other keys do nothing") {
  TopChoice choice;
  CHECK(take_key('s', choice));
  CHECK(choice.sort == TopSort::errors);
  CHECK(take_key('2', choice));
  CHECK(choice.pane == TopPane::routes);
  CHECK(take_key('j', choice));
  CHECK(take_key('\t', choice));
  CHECK(choice.pane == TopPane::errors);
  CHECK(choice.scroll == 0);
  CHECK(take_key('k', choice));
  CHECK(choice.scroll == 0);
  CHECK_FALSE(take_key('x', choice));
}

TEST_CASE("routes are in the order that was chosen, and scrolling ends at the last") {
  const TopFigures figures = figures_of(40);
  const auto first = [&](TopSort sort) {
    return text_of(top_screen(&figures, {TopPane::routes, sort, 0}, "", 80, 24)[4]).substr(0, 7);
  };
  CHECK(first(TopSort::requests) == "name39 ");
  CHECK(first(TopSort::errors) == "name0  ");
  CHECK(first(TopSort::latency) == "name39 ");
  CHECK(first(TopSort::name) == "name0  ");
  const auto end = top_screen(&figures, {TopPane::routes, TopSort::requests, 1'000}, "", 80, 24);
  CHECK(text_of(end[22]).starts_with("name0 "));
}

TEST_CASE("one printed picture has everything and no keys") {
  const std::string text = render_top(figures_of(40), false);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2 + 1 + 3 * 41 + 2);
  CHECK(text.find("q quit") == std::string::npos);
}
