#include "shared/policy/ratio_window.h"

#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace gateway;
using namespace gateway::policy;

constexpr SteadyTime kBegin{1000s};

bool has(const RatioWindow& window, SteadyTime now, std::uint64_t all, std::uint64_t some,
         std::uint32_t generation = 0) {
  const RatioWindow::Counts counts = window.counts(generation, now);
  return counts.all == all && counts.some == some;
}

}  // namespace

TEST_CASE("counts fall out of the window a tenth at a time") {
  RatioWindow window;
  window.set_length(10s);
  CHECK(has(window, kBegin, 0, 0));
  window.add({3, 1}, 0, kBegin);
  window.add({2, 2}, 0, kBegin + 5s);
  CHECK(has(window, kBegin + 5s, 5, 3));
  CHECK(has(window, kBegin + 9999ms, 5, 3));
  CHECK(has(window, kBegin + 10s, 2, 2));
  CHECK(has(window, kBegin + 14999ms, 2, 2));
  CHECK(has(window, kBegin + 15s, 0, 0));
  CHECK(has(window, kBegin + 24h, 0, 0));
}

TEST_CASE("a thread that is a little behind sees what one ahead of it counted") {
  RatioWindow window;
  window.set_length(10s);
  window.add({5, 0}, 0, kBegin);
  window.add({1, 1}, 0, kBegin + 10s);
  CHECK(has(window, kBegin + 9999ms, 1, 1));
  window.add({1, 0}, 0, kBegin + 9999ms);
  CHECK(has(window, kBegin + 9999ms, 2, 1));
  CHECK(has(window, kBegin + 10s, 2, 1));
}

TEST_CASE("another generation has counts of its own") {
  RatioWindow window;
  window.set_length(10s);
  for (std::uint32_t generation = 0; generation < 200; ++generation) {
    CHECK(has(window, kBegin, 0, 0, generation));
    window.add({1, 1}, generation, kBegin);
    CHECK(has(window, kBegin, 1, 1, generation));
  }
  CHECK(has(window, kBegin, 0, 0, 198));
}

TEST_CASE("takes back only within the tenth") {
  RatioWindow window;
  window.set_length(10s);
  window.add({1, 1}, 0, kBegin);
  window.take_back_some(0, kBegin);
  window.take_back_some(0, kBegin);
  CHECK(has(window, kBegin, 1, 0));
  window.add({0, 1}, 0, kBegin);
  window.take_back_some(0, kBegin + 10s);
  window.take_back_some(1, kBegin);
  CHECK(has(window, kBegin, 1, 1));
}

TEST_CASE("a full tenth is halved, which leaves the ratio") {
  RatioWindow window;
  window.set_length(10s);
  window.add({RatioWindow::kMaxCount, RatioWindow::kMaxCount / 4}, 0, kBegin);
  CHECK(has(window, kBegin, RatioWindow::kMaxCount, RatioWindow::kMaxCount / 4));
  window.add({1, 0}, 0, kBegin);
  CHECK(has(window, kBegin, (RatioWindow::kMaxCount + 1) / 2, RatioWindow::kMaxCount / 8));
}

TEST_CASE("lengths out of range and times before the epoch do no harm") {
  RatioWindow window;
  for (const milliseconds length : {milliseconds(-5), 0ms, 10ms, milliseconds::max()}) {
    window.set_length(length);
    window.add({1, 0}, 0, kBegin);
    CHECK(window.counts(0, kBegin).all >= 1);
    window.add({1, 0}, 0, SteadyTime::min());
    window.add({1, 0}, 0, SteadyTime::max());
    CHECK(window.counts(0, SteadyTime::max()).all >= 1);
  }
}

TEST_CASE("agrees with a plain list of what was counted") {
  std::mt19937 random(11);
  RatioWindow window;
  window.set_length(10s);
  struct Entry {
    std::int64_t tenth;
    bool some;
  };
  std::deque<Entry> entries;
  std::int64_t ms = 0;
  for (int i = 0; i < 20'000; ++i) {
    ms += random() % 40 == 0 ? random() % 15'000 : random() % 60;
    const SteadyTime now = kBegin + milliseconds(ms);
    const bool some = random() % 3 == 0;
    window.add({1, some ? 1u : 0u}, 0, now);
    entries.push_back({ms / 1000, some});
    while (entries.front().tenth <= ms / 1000 - 10) entries.pop_front();
    std::uint64_t marked = 0;
    for (const Entry& entry : entries) marked += entry.some;
    REQUIRE(has(window, now, entries.size(), marked));
  }
}

TEST_CASE("no count of several threads is lost") {
  RatioWindow window;
  window.set_length(10s);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        window.add({1, t == 0 ? 1u : 0u}, 0, kBegin + milliseconds(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(has(window, kBegin + 5s, 20'000, 5000));
}
