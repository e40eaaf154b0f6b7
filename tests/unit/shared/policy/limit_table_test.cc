#include "shared/policy/limit_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "tests/unit/shared/policy/limit_fixture.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

constexpr HashKey kKey{7, 9};
constexpr std::size_t kOneSet = LimitTable::kSetBytes + LimitTable::kSlack;

const Rate kTenAMinute = make_rate(make_limit(10, 60s));
const Rate kTokens = make_rate(make_bucket(10, 60s));

// Ids as hashes are: the high half chooses the set.
std::uint64_t id_of(std::uint64_t number) {
  KeyedHash hash(kKey);
  hash.add_word(number);
  return hash.finish();
}

std::uint64_t used(const LimitTable& table, std::uint64_t id, UnixMicros now,
                   const Rate& rate = kTenAMinute) {
  return table.look(id, rate, now).limit - table.look(id, rate, now).remaining;
}

// Threads that each ask `tries` times and may all go on until `until` has passed; what passed.
template <class Take>
std::uint64_t run_threads(int count, int tries, Take take) {
  std::atomic<std::uint64_t> passed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) {
    threads.emplace_back([&, t] {
      std::uint64_t own = 0;
      for (int i = 0; i < tries; ++i) own += take(t, i) ? 1 : 0;
      passed += own;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return passed;
}

}  // namespace

TEST_CASE("keeps entries apart and counts each as its rate says") {
  LimitTable table(1 << 20, kKey);
  for (int i = 0; i < 10; ++i) CHECK(table.take(id_of(1), kTenAMinute, kStart).tally.allowed);
  CHECK_FALSE(table.take(id_of(1), kTenAMinute, kStart).tally.allowed);
  CHECK(table.take(id_of(2), kTenAMinute, kStart).tally.allowed);
  for (int i = 0; i < 10; ++i) CHECK(table.take(id_of(3), kTokens, kStart).tally.allowed);
  CHECK_FALSE(table.take(id_of(3), kTokens, kStart).tally.allowed);
  CHECK(table.take(id_of(3), kTokens, kStart + 6 * kSecond).tally.allowed);
}

TEST_CASE("a look changes nothing") {
  LimitTable table(kOneSet, kKey);
  for (int i = 0; i < 20; ++i) CHECK(table.look(id_of(1), kTenAMinute, kStart).remaining == 9);
  CHECK(table.count_live(kStart) == 0);
  table.take(id_of(1), kTenAMinute, kStart);
  const auto before = table.save(kStart);
  CHECK(table.look(id_of(1), kTenAMinute, kStart + 30 * kSecond).remaining == 8);
  const auto after = table.save(kStart);
  REQUIRE(before.size() == 1);
  CHECK(after[0].slots == before[0].slots);
  CHECK(after[0].used == before[0].used);
}

TEST_CASE("takes the memory it is given, at least one set") {
  CHECK(LimitTable(0, kKey).capacity() == 8);
  CHECK(LimitTable(kOneSet, kKey).capacity() == 8);
  CHECK(LimitTable(kOneSet + LimitTable::kSetBytes - 1, kKey).capacity() == 8);
  CHECK(LimitTable(kOneSet + LimitTable::kSetBytes, kKey).capacity() == 16);
  CHECK(LimitTable(16 << 20, kKey).capacity() == 524'280);
}

TEST_CASE("a full set keeps all its entries, one more evicts the oldest") {
  LimitTable table(kOneSet, kKey);
  const Rate rate = make_rate(make_limit(10, 1h));
  for (std::uint64_t i = 0; i < 8; ++i) {
    table.take(id_of(i), rate, kStart + static_cast<UnixMicros>(i) * kSecond);
  }
  table.take(id_of(0), rate, kStart + 10 * kSecond);
  UnixMicros now = kStart + 11 * kSecond;
  for (std::uint64_t i = 0; i < 8; ++i) CHECK(used(table, id_of(i), now, rate) == (i == 0 ? 3 : 2));
  table.take(id_of(8), rate, now);
  CHECK(used(table, id_of(8), now, rate) == 2);
  CHECK(used(table, id_of(1), now, rate) == 1);  // gone: a look at a new client
  CHECK(used(table, id_of(0), now, rate) == 3);
  CHECK(used(table, id_of(2), now, rate) == 2);
  CHECK(table.count_live(now) == 8);
  // It starts anew when it comes back, whatever the entry held before.
  CHECK(table.take(id_of(1), rate, now).tally.used == 1);
}

TEST_CASE("an entry whose counts have run out gives way before an older one") {
  LimitTable table(kOneSet, kKey);
  const Rate slow = make_rate(make_limit(10, 24h));
  for (std::uint64_t i = 0; i < 7; ++i) table.take(id_of(i), slow, kStart);
  table.take(id_of(7), kTenAMinute, kStart + 60 * kSecond);
  const UnixMicros now = kStart + 200 * kSecond;
  CHECK(table.count_live(now) == 7);
  table.take(id_of(8), slow, now);
  for (std::uint64_t i = 0; i < 7; ++i) CHECK(used(table, id_of(i), now, slow) == 2);
}

TEST_CASE("evicted again and again, every newcomer starts at nothing") {
  LimitTable table(kOneSet, kKey);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const Rate& rate = i % 3 == 0 ? kTokens : kTenAMinute;
    const auto taken = table.take(id_of(i), rate, kStart + static_cast<UnixMicros>(i) * 1000);
    REQUIRE(taken.tally.allowed);
    REQUIRE(taken.tally.remaining == 9);
  }
  CHECK(table.count_live(kStart) == 8);
}

TEST_CASE("a charge is given back once, and not to another window or entry") {
  LimitTable table(kOneSet, kKey);
  for (const Rate* rate : {&kTenAMinute, &kTokens}) {
    const std::uint64_t id = id_of(rate->bucket ? 1 : 2);
    table.take(id, *rate, kStart);
    const auto second = table.take(id, *rate, kStart);
    CHECK(second.tally.remaining == 8);
    table.refund(second.charge, kStart);
    CHECK(table.look(id, *rate, kStart).remaining == 8);
    table.refund({}, kStart);
  }
  const auto early = table.take(id_of(3), kTenAMinute, kStart);
  for (int i = 0; i < 3; ++i) table.take(id_of(3), kTenAMinute, kStart + 120 * kSecond);
  table.refund(early.charge, kStart + 120 * kSecond);
  CHECK(table.look(id_of(3), kTenAMinute, kStart + 120 * kSecond).remaining == 6);
  const auto refused = table.take(id_of(4), make_rate([] {
                                    auto limit = make_limit(1, 1s);
                                    limit.cost = 2;
                                    return limit;
                                  }()),
                                  kStart);
  CHECK_FALSE(refused.tally.allowed);
  CHECK(refused.charge.id == 0);
}

TEST_CASE("a bucket that refilled since the charge gets nothing back") {
  LimitTable table(kOneSet, kKey);
  const auto slow = table.take(id_of(1), kTokens, kStart);
  const UnixMicros later = kStart + 6 * kSecond;  // the interval of one token
  for (int i = 0; i < 10; ++i) CHECK(table.take(id_of(1), kTokens, later).tally.allowed);
  table.refund(slow.charge, later);
  CHECK_FALSE(table.take(id_of(1), kTokens, later).tally.allowed);
}

TEST_CASE("exact at any concurrency") {
  for (const int threads : {2, 4}) {
    for (const bool bucket : {false, true}) {
      LimitTable table(1 << 16, kKey);
      const Rate rate = make_rate(bucket ? make_bucket(5000, 1h) : make_limit(5000, 1h));
      const auto passed = run_threads(threads, 10'000, [&](int, int) {
        return table.take(id_of(1), rate, kStart).tally.allowed;
      });
      CHECK(passed == 5000);
    }
  }
}

TEST_CASE("within one request a thread when their clocks differ at a window's edge") {
  for (const int threads : {2, 4}) {
    LimitTable table(1 << 16, kKey);
    const Rate rate = make_rate(make_limit(1000, 1s));
    // Each thread's time runs over four windows; each admits at most the limit.
    const auto passed = run_threads(threads, 20'000, [&](int t, int i) {
      return table.take(id_of(1), rate, kStart + i * 200 + t * 50).tally.allowed;
    });
    CHECK(passed <= 4 * (1000 + static_cast<std::uint64_t>(threads)));
    CHECK(passed >= 1000);
  }
}

TEST_CASE("refunds under way lose and add nothing") {
  LimitTable table(1 << 16, kKey);
  const Rate rate = make_rate(make_limit(1'000'000, 1h));
  const Rate tokens = make_rate(make_bucket(1'000'000, 1h));
  const auto kept = run_threads(4, 5000, [&](int, int i) {
    const auto window = table.take(id_of(1), rate, kStart);
    const auto token = table.take(id_of(2), tokens, kStart);
    if (i % 2 == 0) return true;
    table.refund(window.charge, kStart);
    table.refund(token.charge, kStart);
    return false;
  });
  CHECK(table.look(id_of(1), rate, kStart).used == kept + 1);
  CHECK(table.look(id_of(2), tokens, kStart).used == kept + 1);
}

TEST_CASE("eviction, counting and saving at once stay within bounds") {
  LimitTable table(kOneSet, kKey);
  const Rate rate = make_rate(make_limit(50, 1h));
  std::atomic<bool> done{false};
  std::thread saver([&] {
    while (!done) CHECK(table.save(kStart).size() <= 8);
  });
  const auto passed = run_threads(4, 5000, [&](int t, int i) {
    // Twelve keys compete for eight entries; those of one thread's own are new every time.
    const auto key = static_cast<std::uint64_t>(i % 3 == 0 ? 1000 + t * 10'000 + i : i % 12);
    const Tally tally = table.take(id_of(key), rate, kStart + i * 100'000).tally;
    CHECK(tally.used <= 50);
    return tally.allowed;
  });
  done = true;
  saver.join();
  CHECK(passed > 0);
  CHECK(table.save(kStart).size() == 8);
}

TEST_CASE("new keys that all threads bring at once are counted once each") {
  LimitTable table(1 << 20, kKey);
  const Rate rate = make_rate(make_limit(10, 1h));
  const auto passed = run_threads(4, 4000, [&](int, int i) {
    return table.take(id_of(static_cast<std::uint64_t>(i % 200)), rate, kStart).tally.allowed;
  });
  CHECK(passed >= 200 * 10);
  CHECK(passed <= 200 * (10 + 4));
}

TEST_CASE("what is saved and restored counts on, what is over does not") {
  LimitTable table(1 << 16, kKey);
  const Rate slow = make_rate(make_limit(10, 1h));
  for (std::uint64_t i = 0; i < 100; ++i) {
    for (std::uint64_t n = 0; n <= i % 10; ++n) table.take(id_of(i), slow, kStart);
  }
  for (int i = 0; i < 10; ++i) table.take(id_of(200), kTokens, kStart);
  for (int i = 0; i < 10; ++i) table.take(id_of(201), kTenAMinute, kStart);
  const auto rows = table.save(kStart);
  CHECK(rows.size() == 102);
  CHECK(table.save(kStart + 130 * kSecond).size() == 100);

  LimitTable next(1 << 16, table.key());
  CHECK(next.restore(rows, kStart + 10 * kSecond) == 102);
  const UnixMicros now = kStart + 10 * kSecond;
  for (std::uint64_t i = 0; i < 100; ++i) {
    CHECK(next.look(id_of(i), slow, now).remaining == table.look(id_of(i), slow, now).remaining);
  }
  CHECK(next.look(id_of(200), kTokens, now).remaining == 0);  // one came free, and is looked at
  CHECK_FALSE(next.look(id_of(201), kTenAMinute, now).allowed);
  CHECK(next.restore(rows, now) == 0);  // what is there stays

  LimitTable late(1 << 16, table.key());
  CHECK(late.restore(rows, kStart + 130 * kSecond) == 100);
  LimitTable too_late(1 << 16, table.key());
  CHECK(too_late.restore(rows, kStart + 2 * kHour) == 0);
}

TEST_CASE("restoring more than fits keeps the latest, and bad rows harm nobody") {
  LimitTable table(1 << 16, kKey);
  const Rate slow = make_rate(make_limit(10, 1h));
  for (std::uint64_t i = 0; i < 20; ++i) {
    table.take(id_of(i), slow, kStart + static_cast<UnixMicros>(i) * kSecond);
  }
  const UnixMicros now = kStart + 60 * kSecond;
  LimitTable small(kOneSet, kKey);
  small.restore(table.save(now), now);
  CHECK(small.count_live(now) == 8);
  for (std::uint64_t i = 12; i < 20; ++i) CHECK(used(small, id_of(i), now, slow) == 2);

  std::mt19937_64 random(6);
  std::vector<LimitRow> rows(1000);
  for (LimitRow& row : rows) {
    row = {random(), {random(), random()}, static_cast<std::uint32_t>(random()), 0};
  }
  rows[0] = {0, {1, 2}, 0xffffffff, 0};  // no id
  rows[1] = rows[2] = {id_of(1), {5, 6}, 0xffffffff, 0xffffffff};
  LimitTable any(1 << 16, kKey);
  any.restore(rows, now);
  for (const LimitRow& row : rows) {
    if (row.id != 0) CHECK(any.take(row.id, slow, now).tally.used <= 10);
  }
}
