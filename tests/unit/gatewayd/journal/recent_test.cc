#include "gatewayd/journal/recent.h"

#include <doctest/doctest.h>

#include <cmath>

using gateway::journal::RecentWindow;

TEST_CASE("the last minute counts requests, errors and percentiles by service") {
  RecentWindow window;
  for (std::uint32_t i = 1; i <= 100; ++i) window.add(1000, 7, i <= 3 ? 503 : 200, i * 1000);
  window.add(1001, 8, 404, 10);
  auto figures = window.figures(1002);
  REQUIRE(figures.size() == 2);
  if (figures[0].service != 7) std::swap(figures[0], figures[1]);
  CHECK(figures[0].requests == 100);
  CHECK(figures[0].errors_5xx == 3);
  CHECK(std::abs(static_cast<double>(figures[0].p50_us) - 50'000) < 1500);
  CHECK(std::abs(static_cast<double>(figures[0].p99_us) - 99'000) < 3000);
  CHECK(figures[1].errors_5xx == 0);
  CHECK(figures[1].p99_us == 10);
}

TEST_CASE("what is older than a minute no longer counts, and its slot is used again") {
  RecentWindow window;
  window.add(1000, 7, 500, 100);
  window.add(1030, 7, 200, 200);
  CHECK(window.figures(1059).at(0).requests == 2);
  CHECK(window.figures(1060).at(0).requests == 1);
  CHECK(window.figures(1060).at(0).errors_5xx == 0);
  CHECK(window.figures(1090).empty());
  window.add(1060, 7, 200, 300);  // the slot of 1000
  CHECK(window.figures(1060).at(0).requests == 2);
  CHECK(window.figures(1060).at(0).errors_5xx == 0);
}

TEST_CASE("services beyond the bound are not followed") {
  RecentWindow window;
  for (std::uint32_t service = 1; service <= RecentWindow::kMaxServices + 1; ++service) {
    window.add(1000, service, 200, 1);
  }
  window.add(1000, 1, 200, 1);
  CHECK(window.figures(1000).size() == RecentWindow::kMaxServices);
}
