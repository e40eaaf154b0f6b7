#include "shared/policy/limit_rate.h"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <random>

#include "tests/unit/shared/policy/limit_fixture.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

// One counter, as the table keeps it.
struct Counter {
  Rate rate;
  Slots slots{};

  explicit Counter(const config::Limit& limit) : rate(make_rate(limit)) {}
  Tally take(UnixMicros now) {
    const Step next = step(rate, slots, now);
    if (next.tally.allowed) slots[next.slot] = next.next;
    return next.tally;
  }
  std::uint32_t take_many(UnixMicros now, std::uint32_t tries) {
    std::uint32_t passed = 0;
    for (std::uint32_t i = 0; i < tries; ++i) passed += take(now).allowed ? 1 : 0;
    return passed;
  }
};

// The stated rule over a list of all that passed, in exact fractions.
struct NaiveWindow {
  std::uint64_t capacity, window_us, cost;
  std::map<std::int64_t, std::uint64_t> by_window;

  bool take(UnixMicros now) {
    const auto window = static_cast<std::int64_t>(window_us);
    const std::int64_t number = now / window;
    // What is still to come of this window, in whole milliseconds as the product counts.
    const auto to_come = static_cast<std::uint64_t>(window / 1000 - now % window / 1000);
    const std::uint64_t weighted = by_window[number - 1] * to_come;
    if (weighted + (by_window[number] + cost) * (window_us / 1000) >
        capacity * (window_us / 1000)) {
      return false;
    }
    by_window[number] += cost;
    return true;
  }
};

// A bucket that holds fractions of a token as tokens * window.
struct NaiveBucket {
  std::int64_t depth, limit, window_us, cost;
  std::int64_t level = 0;  // tokens * window_us
  UnixMicros last = 0;

  bool take(UnixMicros now) {
    level = std::min(depth * window_us, level + (now - last) * limit);
    last = now;
    if (level < cost * window_us) return false;
    level -= cost * window_us;
    return true;
  }
};

}  // namespace

TEST_CASE("sliding_window agrees with a count of all that passed, at random times") {
  std::mt19937_64 random(2);
  for (int run = 0; run < 300; ++run) {
    const std::uint32_t limit = 1 + static_cast<std::uint32_t>(random() % 50);
    const auto window = milliseconds(1000 * (1 + random() % 100));
    config::Limit config = make_limit(limit, window, static_cast<std::uint32_t>(random() % 10));
    config.cost = 1 + static_cast<std::uint32_t>(random() % std::min(limit, 4u));
    Counter counter(config);
    NaiveWindow naive{
        limit + config.burst, static_cast<std::uint64_t>(window.count()) * 1000, config.cost, {}};
    const auto mean_gap = static_cast<std::uint64_t>(window.count()) * 1000 / limit;
    UnixMicros now = kStart;
    for (int i = 0; i < 1000; ++i) {
      now += static_cast<UnixMicros>(random() % (2 * mean_gap * (random() % 20 == 0 ? 50 : 1)));
      REQUIRE(counter.take(now).allowed == naive.take(now));
    }
    for (const auto& [number, count] : naive.by_window) CHECK(count <= limit + config.burst);
  }
}

TEST_CASE("token_bucket agrees with a bucket that fills, at random times") {
  std::mt19937_64 random(3);
  for (int run = 0; run < 300; ++run) {
    // Limits that divide a second, so that the interval of a token is whole nanoseconds.
    constexpr std::uint32_t kLimits[] = {1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50};
    const std::uint32_t limit = kLimits[random() % std::size(kLimits)];
    const auto window = milliseconds(1000 * (1 + random() % 100));
    config::Limit config = make_bucket(limit, window, static_cast<std::uint32_t>(random() % 10));
    const std::uint32_t depth = config.burst == 0 ? limit : config.burst;
    config.cost = 1 + static_cast<std::uint32_t>(random() % std::min(depth, 4u));
    Counter counter(config);
    NaiveBucket naive{depth, limit, window.count() * 1000, config.cost};
    naive.level = std::int64_t{depth} * window.count() * 1000;
    UnixMicros now = naive.last = kStart;
    const auto mean_gap = static_cast<std::uint64_t>(window.count()) * 1000 / limit;
    for (int i = 0; i < 1000; ++i) {
      now += static_cast<UnixMicros>(random() % (2 * mean_gap * (random() % 20 == 0 ? 50 : 1)));
      const Tally tally = counter.take(now);
      REQUIRE(tally.allowed == naive.take(now));
      REQUIRE(tally.remaining == static_cast<std::uint64_t>(naive.level / (window.count() * 1000)));
    }
  }
}

TEST_CASE("limit + burst pass in one window, and the earlier one counts by what is left of it") {
  Counter counter(make_limit(10, 60s, 2));
  CHECK(counter.take_many(kStart, 100) == 12);
  CHECK(counter.take_many(kStart + 59 * kSecond, 100) == 0);
  CHECK(counter.take_many(kStart + 60 * kSecond, 100) == 0);
  CHECK(counter.take_many(kStart + 65 * kSecond, 100) == 1);  // a twelfth of twelve is gone
  CHECK(counter.take_many(kStart + 90 * kSecond, 100) == 5);  // half of it is: 6 + 1 + 5
  CHECK(counter.take_many(kStart + 240 * kSecond, 100) == 12);
}

TEST_CASE("a bucket holds its burst, or the limit when there is none") {
  Counter deep(make_bucket(10, 1s, 3));
  CHECK(deep.take_many(kStart, 100) == 3);
  CHECK(deep.take_many(kStart + 100'000, 100) == 1);
  CHECK(deep.take_many(kStart + 10 * kSecond, 100) == 3);
  Counter plain(make_bucket(7, 1s));  // 7 does not divide a second
  CHECK(plain.take_many(kStart, 100) == 7);
  CHECK(plain.take_many(kStart + kSecond + 1, 100) == 7);
}

TEST_CASE("a client that keeps to the rate is never refused, one above it recovers") {
  Counter steady(make_bucket(10, 1s, 1));
  for (int i = 0; i < 1000; ++i) CHECK(steady.take(kStart + i * 100'000).allowed);

  for (const config::Limit& limit : {make_bucket(10, 1s, 1), make_limit(10, 1s)}) {
    // Twice the rate for long, and every refusal costs nothing: the rate itself gets through. A
    // window loses up to one request to the part of the earlier window, which is rounded up.
    Counter eager(limit);
    int passed = 0;
    for (int i = 0; i < 2000; ++i) passed += eager.take(kStart + i * 50'000).allowed ? 1 : 0;
    CHECK(passed >= (eager.rate.bucket ? 990 : 900));
    CHECK(passed <= 1010);
  }
}

TEST_CASE("tells what is used, what is left and when it comes again") {
  Counter counter(make_limit(3, 60s));
  Tally tally = counter.take(kStart + 20 * kSecond + 1);
  CHECK(tally.limit == 3);
  CHECK(tally.used == 1);
  CHECK(tally.remaining == 2);
  CHECK(tally.reset == (kStart + 60 * kSecond) / kSecond);
  CHECK(tally.retry_after == 0);
  counter.take_many(kStart + 20 * kSecond, 2);
  tally = counter.take(kStart + 21 * kSecond);
  CHECK_FALSE(tally.allowed);
  CHECK(tally.used == 3);
  CHECK(tally.remaining == 0);
  CHECK(tally.retry_after == 59);  // 39 to the window's end, 20 until a third of it has passed
  CHECK(tally.reset == (kStart + 80 * kSecond) / kSecond);

  Counter bucket(make_bucket(60, 60s, 5));
  tally = bucket.take(kStart + 1);
  CHECK(tally.limit == 5);
  CHECK(tally.remaining == 4);
  CHECK(tally.reset == kStart / kSecond + 2);
  bucket.take_many(kStart + 1, 4);
  tally = bucket.take(kStart + 1);
  CHECK_FALSE(tally.allowed);
  CHECK(tally.retry_after == 1);
  CHECK(tally.used == 5);
}

TEST_CASE("after Retry-After the request passes, a second before it does not") {
  std::mt19937_64 random(4);
  for (int run = 0; run < 2000; ++run) {
    const std::uint32_t limit = 1 + static_cast<std::uint32_t>(random() % 30);
    const auto window = milliseconds(1000 * (1 + random() % 1000));
    config::Limit config = run % 2 == 0 ? make_limit(limit, window) : make_bucket(limit, window);
    config.cost = 1 + static_cast<std::uint32_t>(random() % limit);
    Counter counter(config);
    UnixMicros now = kStart + static_cast<UnixMicros>(random() % 1'000'000'000);
    Tally tally = counter.take(now);
    for (int i = 0; i < 200 && tally.allowed; ++i) {
      now += static_cast<UnixMicros>(random() % static_cast<std::uint64_t>(window.count() * 100));
      tally = counter.take(now);
    }
    if (tally.allowed) continue;
    REQUIRE(tally.retry_after >= 1);
    const UnixMicros later = now + tally.retry_after * kSecond;
    CHECK(tally.reset * kSecond >= later);
    CHECK(step(counter.rate, counter.slots, later).tally.allowed);
    if (tally.retry_after > 1) {
      CHECK_FALSE(step(counter.rate, counter.slots, later - kSecond - 1000).tally.allowed);
    }
  }
}

TEST_CASE("the largest numbers do not overflow") {
  constexpr std::uint32_t kBillion = 1'000'000'000;
  for (const milliseconds window : {milliseconds(1s), milliseconds(30 * 24h)}) {
    for (const std::uint32_t limit : {1u, kBillion}) {
      for (const std::uint32_t burst : {0u, 1u, kBillion}) {
        for (const std::uint32_t cost : {1u, kBillion}) {
          config::Limit sliding = make_limit(limit, window, burst);
          config::Limit bucket = make_bucket(limit, window, burst);
          sliding.cost = bucket.cost = cost;
          Counter window_counter(sliding);
          CHECK(window_counter.take(kStart).allowed == (cost <= std::uint64_t{limit} + burst));
          CHECK(window_counter.take(kStart).allowed ==
                (2ull * cost <= std::uint64_t{limit} + burst));
          Counter bucket_counter(bucket);
          const std::uint64_t depth = bucket_counter.rate.capacity;
          CHECK(depth <= (burst == 0 ? limit : burst));
          CHECK(bucket_counter.take(kStart).allowed == (cost <= depth));
          const Tally second = bucket_counter.take(kStart);
          CHECK(second.allowed == (2ull * cost <= depth));
          if (!second.allowed) CHECK(second.retry_after >= 1);
        }
      }
    }
  }
  // 30 days and a billion, used up in one window and asked for in the next.
  Counter counter(make_limit(kBillion, 30 * 24h, kBillion));
  counter.slots[(kStart / (30 * kDay)) & 1] =
      static_cast<std::uint64_t>(kStart / (30 * kDay)) << 32 | 2'000'000'000u;
  const Tally full = counter.take(kStart + 29 * kDay);
  CHECK_FALSE(full.allowed);
  CHECK(full.retry_after == 86'400 + 1);  // 2e9 over 30 days: one comes free within 1.3 ms
  CHECK(counter.take(kStart + 45 * kDay).remaining == 999'999'999);
  // A bucket that would take more than 50 years to fill is cut.
  CHECK(make_rate(make_bucket(1, 30 * 24h, kBillion)).capacity == 608);
}

TEST_CASE("whatever the slots hold, counting stays within bounds") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 100'000; ++i) {
    const auto limit = static_cast<std::uint32_t>(1 + random() % 1'000'000'000);
    const auto window = milliseconds(1000 + random() % 2'592'000'000);
    const config::Limit config =
        i % 2 == 0 ? make_limit(limit, window) : make_bucket(limit, window);
    const Rate rate = make_rate(config);
    const auto number =
        static_cast<std::uint64_t>(kStart / 1000) / rate.window_ms + random() % 3 - 1;
    Slots slots = {random(), random()};
    if (i % 4 == 0) slots = {number << 32 | (slots[0] >> 32), (number + 1) << 32 | slots[1] >> 32};
    const Step result = step(rate, slots, kStart);
    CHECK(result.tally.remaining <= rate.capacity);
    CHECK(result.tally.allowed == (result.tally.retry_after == 0));
    CHECK(result.tally.retry_after <= 3 * rate.window_ms / 1000 + 10);
    CHECK(result.tally.reset >= kStart / kSecond);
  }
  CHECK(step(make_rate(make_limit(1, 1s)), {}, -5).tally.allowed);
}

TEST_CASE("a clock that steps back a little finds the later counts") {
  Counter counter(make_limit(10, 60s));
  CHECK(counter.take_many(kStart + 10, 10) == 10);
  CHECK(counter.take_many(kStart - 1 * kSecond, 100) == 0);
  CHECK(counter.take_many(kStart - 60 * kSecond, 100) == 0);
  // By more than a window: those counts are no use any more.
  CHECK(counter.take_many(kStart - 60 * kSecond - 1, 100) == 10);

  Counter fast(make_limit(10, 1s));
  CHECK(fast.take_many(kStart, 10) == 10);
  CHECK(fast.take_many(kStart - 5 * kSecond, 100) == 0);
  CHECK(fast.take_many(kStart - 5 * kSecond - 1, 100) == 10);

  Counter bucket(make_bucket(10, 1s));
  CHECK(bucket.take_many(kStart, 10) == 10);
  CHECK(bucket.take_many(kStart - kSecond, 100) == 0);
  CHECK(bucket.take_many(kStart - 7 * kSecond, 100) == 10);
}

TEST_CASE("a factor shrinks the limit, but never below one request") {
  Rate rate = make_rate(make_limit(100, 60s));
  CHECK(scaled(rate, 1000).capacity == 100);
  CHECK(scaled(rate, 250).capacity == 25);
  CHECK(scaled(rate, 0).capacity == 1);
  Counter bucket(make_bucket(100, 10s, 40));
  bucket.rate = scaled(bucket.rate, 500);
  CHECK(bucket.take_many(kStart, 100) == 20);
  CHECK(bucket.take_many(kStart + kSecond, 100) == 5);
  bucket.rate = scaled(make_rate(make_bucket(1, 10s)), 250);
  CHECK(bucket.take(kStart + 20 * kSecond).allowed);
}

TEST_CASE("a charge is taken back from where it went, or not at all") {
  for (const config::Limit& limit : {make_limit(5, 60s), make_bucket(5, 60s)}) {
    Counter counter(limit);
    const Step first = step(counter.rate, counter.slots, kStart);
    counter.take(kStart);
    const std::uint64_t amount = counter.rate.bucket ? counter.rate.cost_ns : counter.rate.cost;
    const Charge charge{1, first.next, amount, first.slot, counter.rate.bucket};
    counter.take(kStart);
    const auto undone = without(charge, counter.slots[first.slot], kStart);
    REQUIRE(undone);
    counter.slots[first.slot] = *undone;
    CHECK(counter.take(kStart).remaining == 3);
    // A minute later the window is another one and the bucket has been full.
    counter.take(kStart + 60 * kSecond);
    CHECK_FALSE(without(charge, counter.slots[(first.slot ^ 1) & 1], kStart + 60 * kSecond));
    CHECK_FALSE(without(charge, 0, kStart));
    CHECK_FALSE(without(charge, ~std::uint64_t{0} - 7, kStart));
  }
}
