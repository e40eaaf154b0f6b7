#include "shared/policy/limit_table.h"

#include <algorithm>
#include <atomic>
#include <new>

namespace gateway::policy {

// Plain words, reached through atomic_ref alone, so that zeroed pages from the kernel will do. The
// ids of a set share a cache line.
struct alignas(64) LimitTable::Set {
  std::uint64_t id[kWays];  // 0: no entry
  Slots slots[kWays];
  std::uint64_t times[kWays];  // {expires, used}
};

namespace {

// Orders nothing but the word itself: each word means something without the others.
constexpr auto kOrder = std::memory_order_relaxed;
// Changes of an entry's owner under one call's feet that it goes along with.
constexpr int kMaxMoves = 8;

using Word = std::atomic_ref<std::uint64_t>;
static_assert(Word::is_always_lock_free);

std::uint64_t load(const std::uint64_t& word) {
  return Word(const_cast<std::uint64_t&>(word)).load(kOrder);
}

bool swap(std::uint64_t& word, std::uint64_t expected, std::uint64_t desired) {
  return Word(word).compare_exchange_strong(expected, desired, kOrder);
}

constexpr std::uint64_t make_times(std::uint32_t expires, std::uint32_t used) {
  return std::uint64_t{expires} << 32 | used;
}
constexpr std::uint32_t expires_of(std::uint64_t times) {
  return static_cast<std::uint32_t>(times >> 32);
}
constexpr std::uint32_t used_of(std::uint64_t times) {
  return static_cast<std::uint32_t>(times);
}

std::uint32_t to_seconds(UnixMicros now) {
  return static_cast<std::uint32_t>(std::clamp<UnixMicros>(now / 1'000'000, 0, 0xffffffff));
}

Slots load_unmasked(const Slots& slots, std::uint64_t id) {
  return {load(slots[0]) ^ id, load(slots[1]) ^ id};
}

// Written only when a second has passed, so that a hot entry's line is not passed around for it.
void touch(std::uint64_t& times, std::uint32_t expires, std::uint32_t now_s) {
  const std::uint64_t next = make_times(expires, now_s);
  if (load(times) != next) Word(times).store(next, kOrder);
}

}  // namespace

LimitTable::LimitTable(std::size_t bytes, const HashKey& key)
    : key_(key),
      sets_(std::clamp<std::size_t>((std::max(bytes, kSlack) - kSlack) / kSetBytes, 1, 0xffffffff)),
      memory_(std::calloc(sets_ * kSetBytes + kSlack, 1)) {
  static_assert(sizeof(Set) == kSetBytes && alignof(Set) <= kSlack);
  if (memory_ == nullptr) throw std::bad_alloc();
  void* start = memory_.get();
  std::size_t space = sets_ * kSetBytes + kSlack;
  first_ = static_cast<Set*>(std::align(alignof(Set), sets_ * kSetBytes, start, space));
}

LimitTable::Set& LimitTable::set_of(std::uint64_t id) const {
  return first_[(id >> 32) * sets_ >> 32];
}

std::size_t LimitTable::find(const Set& set, std::uint64_t id) {
  for (std::size_t way = 0; way < kWays; ++way) {
    if (load(set.id[way]) == id) return way;
  }
  return kNone;
}

// The entry to give up for a new one.
LimitTable::Victim LimitTable::choose_victim(const Set& set, std::uint32_t now_s) {
  Victim best{0, 0, ~std::uint64_t{0}};
  for (std::size_t way = 0; way < kWays; ++way) {
    const std::uint64_t id = load(set.id[way]);
    const std::uint64_t times = load(set.times[way]);
    const bool spare = id == 0 || expires_of(times) <= now_s;
    const std::uint64_t rank = spare ? (id == 0 ? 0 : 1) : std::uint64_t{used_of(times)} + 2;
    if (rank < best.rank) best = {way, id, rank};
  }
  return best;
}

// kNone when others were faster every time.
std::size_t LimitTable::find_or_insert(Set& set, std::uint64_t id, std::uint32_t now_s) {
  std::size_t way = find(set, id);
  for (int i = 0; way == kNone && i < kMaxMoves; ++i) {
    const Victim given = choose_victim(set, now_s);
    if (swap(set.id[given.way], given.owner, id)) {
      Word(set.times[given.way]).store(make_times(0xffffffff, now_s), kOrder);
    }
    // Not `given`: another worker may have brought the same id, and the first one is the one.
    way = find(set, id);
  }
  return way;
}

LimitTable::Taken LimitTable::take(std::uint64_t id, const Rate& rate, UnixMicros now) {
  Set& set = set_of(id);
  // Of a client not seen lately all lines are far away: fetch them at once, not one after another.
  for (std::size_t way = 0; way < kWays; way += 4) __builtin_prefetch(&set.slots[way], 1);
  __builtin_prefetch(set.times, 1);
  const std::uint32_t now_s = to_seconds(now);
  for (int i = 0; i < kMaxMoves; ++i) {
    const std::size_t way = find_or_insert(set, id, now_s);
    if (way == kNone) break;
    do {
      const Slots slots = load_unmasked(set.slots[way], id);
      const Step next = step(rate, slots, now);
      touch(set.times[way], next.expires, now_s);
      if (!next.tally.allowed) return {next.tally, {}};
      const unsigned slot = next.slot;
      if (swap(set.slots[way][slot], slots[slot] ^ id, next.next ^ id)) {
        const std::uint64_t amount = rate.bucket ? rate.cost_ns : rate.cost;
        return {next.tally, {id, next.next, amount, slot, rate.bucket}};
      }
    } while (load(set.id[way]) == id);
  }
  return {step(rate, Slots{}, now).tally, {}};
}

Tally LimitTable::look(std::uint64_t id, const Rate& rate, UnixMicros now) const {
  const Set& set = set_of(id);
  const std::size_t way = find(set, id);
  return step(rate, way == kNone ? Slots{} : load_unmasked(set.slots[way], id), now).tally;
}

void LimitTable::refund(const Charge& charge, UnixMicros now) {
  if (charge.id == 0) return;
  Set& set = set_of(charge.id);
  for (;;) {
    const std::size_t way = find(set, charge.id);
    if (way == kNone) return;
    std::uint64_t& word = set.slots[way][charge.slot];
    const std::uint64_t masked = load(word);
    const auto next = without(charge, masked ^ charge.id, now);
    if (!next || swap(word, masked, *next ^ charge.id)) return;
  }
}

std::size_t LimitTable::count_live(UnixMicros now) const {
  const std::uint32_t now_s = to_seconds(now);
  std::size_t count = 0;
  for (const Set& set : std::span(first_, sets_)) {
    for (std::size_t way = 0; way < kWays; ++way) {
      if (load(set.id[way]) != 0 && expires_of(load(set.times[way])) > now_s) ++count;
    }
  }
  return count;
}

std::vector<LimitRow> LimitTable::save(UnixMicros now) const {
  const std::uint32_t now_s = to_seconds(now);
  std::vector<LimitRow> rows;
  for (const Set& set : std::span(first_, sets_)) {
    for (std::size_t way = 0; way < kWays; ++way) {
      const std::uint64_t id = load(set.id[way]);
      const std::uint64_t times = load(set.times[way]);
      if (id == 0 || expires_of(times) <= now_s) continue;
      const Slots slots = {load(set.slots[way][0]), load(set.slots[way][1])};
      if (load(set.id[way]) != id) continue;
      rows.push_back({id, slots, expires_of(times), used_of(times)});
    }
  }
  return rows;
}

std::size_t LimitTable::restore(std::span<const LimitRow> rows, UnixMicros now) {
  const std::uint32_t now_s = to_seconds(now);
  std::size_t count = 0;
  for (const LimitRow& row : rows) {
    if (row.id == 0 || row.expires <= now_s) continue;
    Set& set = set_of(row.id);
    if (find(set, row.id) != kNone) continue;
    if (choose_victim(set, now_s).rank > std::uint64_t{row.used} + 2) continue;
    const std::size_t way = find_or_insert(set, row.id, now_s);
    if (way == kNone) continue;
    for (std::size_t slot = 0; slot < row.slots.size(); ++slot) {
      Word(set.slots[way][slot]).store(row.slots[slot], kOrder);
    }
    Word(set.times[way]).store(make_times(row.expires, row.used), kOrder);
    ++count;
  }
  return count;
}

}  // namespace gateway::policy
