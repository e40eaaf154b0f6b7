#include "gatewayd/metrics/figure.h"

#include <doctest/doctest.h>

#include <map>

#include "gatewayd/metrics/series.h"

using namespace gateway;
using namespace gateway::metrics;

TEST_CASE("methods that nobody knows are one") {
  CHECK(name_of(method_of("GET")) == "GET");
  CHECK(name_of(method_of("OPTIONS")) == "OPTIONS");
  CHECK(method_of("get") == Method::other);
  CHECK(method_of("") == Method::other);
  CHECK(method_of("other") == Method::other);
  CHECK(method_of("CONNECT") == Method::other);
}

TEST_CASE("a duration falls into the first bucket that holds it, its bound included") {
  const auto block = zeroed<Histogram>(1);
  Histogram& histogram = *block;
  histogram.add(microseconds(0));
  histogram.add(microseconds(1000));
  histogram.add(microseconds(1001));
  histogram.add(seconds(10));
  histogram.add(seconds(10) + microseconds(1));
  CHECK(histogram.buckets[0].read() == 2);
  CHECK(histogram.buckets[1].read() == 1);
  CHECK(histogram.buckets[12].read() == 1);
  CHECK(histogram.buckets[13].read() == 1);
  CHECK(histogram.sum_us.read() == 2001 + 20'000'001);
}

TEST_CASE("pairs of method and status are told apart up to a bound, then counted together") {
  const auto block = zeroed<CodeCounts>(1);
  CodeCounts& codes = *block;
  for (std::uint16_t status = 0; status < CodeCounts::kPairs; ++status) {
    codes.add(Method::get, static_cast<std::uint16_t>(200 + status));
  }
  CHECK(codes.rest.read() == 0);
  codes.add(Method::post, 200);
  codes.add(Method::get, 999);
  codes.add(Method::get, 200);
  CHECK(codes.rest.read() == 2);
  std::map<std::uint16_t, std::uint64_t> seen;
  codes.for_each([&](Method method, std::uint16_t status, std::uint64_t count) {
    CHECK(method == Method::get);
    seen[status] += count;
  });
  CHECK(seen.size() == CodeCounts::kPairs);
  CHECK(seen[200] == 2);
  CHECK(seen[263] == 1);
}

TEST_CASE("a status of zero and every method are counted too") {
  const auto block = zeroed<CodeCounts>(1);
  for (std::size_t method = 0; method < kMethods; ++method) {
    block->add(static_cast<Method>(method), 0);
  }
  std::size_t pairs = 0;
  block->for_each([&](Method, std::uint16_t status, std::uint64_t count) {
    CHECK(status == 0);
    CHECK(count == 1);
    ++pairs;
  });
  CHECK(pairs == kMethods);
}

TEST_CASE("errors are counted by their decider's number") {
  const auto block = zeroed<ServiceFigures>(1);
  for (const DeciderInfo& decider : all_deciders()) block->add_error(decider.decider);
  CHECK(block->errors[0].read() == 1);
  CHECK(block->errors[static_cast<std::size_t>(Decider::internal)].read() == 1);
}

TEST_CASE("series keep their figures by name, wherever they stand") {
  const std::vector<std::string> first = {"a", "b"};
  const std::vector<std::string> second = {"new", "b", "a"};
  const auto before = carry_over<RuleFigures>(first, {}, 2);
  before[0].of_worker(0).refused.add(1);
  before[0].of_worker(1).refused.add(2);
  before[1].of_worker(1).refused.add(40);
  const auto after = carry_over(second, before, 2);
  REQUIRE(after.size() == 3);
  CHECK(after[0].of_worker(0).refused.read() == 0);
  CHECK(after[0].of_worker(1).refused.read() == 0);
  CHECK(after[1].of_worker(1).refused.read() == 40);
  CHECK(after[2].of_worker(0).refused.read() == 1);
  CHECK(after[2].of_worker(1).refused.read() == 2);
  before[0].of_worker(0).refused.add(1);  // a request that began before
  CHECK(after[2].of_worker(0).refused.read() == 2);
  const std::vector<std::string> none;
  CHECK(carry_over(none, after, 2).empty());
}
