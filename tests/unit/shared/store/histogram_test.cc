#include "shared/store/histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using gateway::store::Histogram;

TEST_CASE("a bucket's middle is within 3 % of every value in it") {
  double worst = 0;
  const auto check = [&](std::uint32_t value) {
    const double middle = Histogram::middle_of(Histogram::bucket_of(value));
    worst = std::max(worst, std::abs(middle - value) / std::max(1.0, double{1.0} * value));
  };
  for (std::uint32_t value = 0; value < 100'000; ++value) check(value);
  for (std::uint64_t value = 100'000; value <= 0xffffffffu; value += value / 1000) {
    check(static_cast<std::uint32_t>(value));
  }
  check(0xffffffffu);
  CHECK(worst < 0.016);
  CHECK(Histogram::bucket_of(31) == 31);
  CHECK(Histogram::bucket_of(0xffffffffu) == Histogram::kBuckets - 1);
}

TEST_CASE("buckets rise with values and leave none out") {
  std::uint32_t last = 0;
  for (std::uint32_t value = 1; value < 1'000'000; ++value) {
    const std::uint32_t bucket = Histogram::bucket_of(value);
    REQUIRE((bucket == last || bucket == last + 1));
    last = bucket;
  }
}

TEST_CASE("percentiles agree with sorting") {
  std::mt19937 random(7);
  std::lognormal_distribution<double> latency(7.0, 1.3);
  Histogram histogram;
  std::vector<std::uint32_t> values;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(static_cast<std::uint32_t>(latency(random)));
    histogram.add(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * 100'000)) - 1;
    const double expected = values[rank];
    CHECK(std::abs(histogram.percentile(fraction) - expected) <= 0.03 * expected);
  }
}

TEST_CASE("an empty histogram has no percentile, one value is all of them") {
  Histogram histogram;
  CHECK(histogram.percentile(0.5) == 0);
  CHECK(histogram.encode().empty());
  histogram.add(20);
  CHECK(histogram.percentile(0.0) == 20);
  CHECK(histogram.percentile(1.0) == 20);
}

TEST_CASE("encode and merge_encoded are inverse and add up") {
  Histogram histogram;
  for (const std::uint32_t value : {0u, 5u, 5u, 1000u, 70'000u, 0xffffffffu}) histogram.add(value);
  histogram.add_bucket(3, 5'000'000'000u);
  Histogram copy;
  REQUIRE(copy.merge_encoded(histogram.encode()));
  CHECK(copy.count() == histogram.count());
  CHECK(copy.encode() == histogram.encode());
  copy.merge(histogram);
  CHECK(copy.count() == 2 * histogram.count());
  copy.clear();
  CHECK(copy.count() == 0);
  CHECK(copy.encode().empty());
}

TEST_CASE("the sum of two encoded histograms is the encoded sum") {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    Histogram left;
    Histogram right;
    for (int i = 0; i < round * 3; ++i) {
      (random() % 2 == 0 ? left : right).add(static_cast<std::uint32_t>(random() >> random() % 32));
    }
    Histogram both = left;
    both.merge(right);
    CHECK(Histogram::sum_encoded(left.encode(), right.encode()) == both.encode());
  }
  Histogram one;
  one.add(5);
  CHECK(Histogram::sum_encoded("\x80", one.encode()) == one.encode());
}

TEST_CASE("bytes that encode() never writes are refused") {
  Histogram histogram;
  CHECK_FALSE(histogram.merge_encoded("\x05"));                          // no count
  CHECK_FALSE(histogram.merge_encoded("\x80"));                          // cut varint
  CHECK_FALSE(histogram.merge_encoded(std::string("\x80\x07\x01", 3)));  // bucket 896
  CHECK_FALSE(histogram.merge_encoded("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
  CHECK(histogram.count() == 0);
  CHECK(histogram.merge_encoded(std::string("\xff\x06\x01", 3)));  // bucket 895
  CHECK(histogram.count() == 1);
}
