#include "gatewayd/limit_state.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstring>

namespace gateway {
namespace {

using policy::HashKey;
using policy::LimitRow;

// The key of the counters that were kept, or a new one when there are none.
HashKey key_of(const store::LimitCounters& kept) {
  static_assert(sizeof(HashKey) == sizeof(kept.key));
  HashKey key;
  if (kept.rows.empty()) {
    ::RAND_bytes(reinterpret_cast<unsigned char*>(&key), sizeof(key));
  } else {
    std::memcpy(&key, kept.key.data(), sizeof(key));
  }
  return key;
}

store::LimitCounter counter_of(const LimitRow& row) {
  return {row.id, static_cast<std::int64_t>(row.slots[0]), static_cast<std::int64_t>(row.slots[1]),
          row.expires, row.used};
}

// Numbers that no row can have come from a damaged database; such a row is long over.
LimitRow row_of(const store::LimitCounter& counter) {
  const auto seconds = [](std::int64_t number) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number, 0, UINT32_MAX));
  };
  LimitRow row;
  row.id = counter.id;
  row.slots = {static_cast<std::uint64_t>(counter.a), static_cast<std::uint64_t>(counter.b)};
  row.expires = seconds(counter.c);
  row.used = seconds(counter.used);
  return row;
}

}  // namespace

LimitState::LimitState(std::uint64_t bytes, journal::Journal* journal)
    : LimitState(bytes, journal,
                 journal != nullptr ? journal->load_limits() : store::LimitCounters()) {}

LimitState::LimitState(std::uint64_t bytes, journal::Journal* journal,
                       const store::LimitCounters& kept)
    : journal_(journal), table_(bytes, key_of(kept)) {
  std::vector<LimitRow> rows;
  rows.reserve(kept.rows.size());
  for (const store::LimitCounter& counter : kept.rows) rows.push_back(row_of(counter));
  table_.restore(rows, SystemClock().unix_now());
}

void LimitState::save() {
  if (journal_ == nullptr) return;
  store::LimitCounters counters;
  const HashKey key = table_.key();
  std::memcpy(counters.key.data(), &key, sizeof(key));
  for (const LimitRow& row : table_.save(SystemClock().unix_now())) {
    counters.rows.push_back(counter_of(row));
  }
  journal_->save_limits(std::move(counters));
}

void LimitState::carry_over(const decision::Snapshot& snapshot) const {
  policy::carry_over(snapshot.limits.all(), adaptive_, *snapshot.limit_factors);
}

void LimitState::advance(const decision::Snapshot& snapshot, const policy::Load& load) {
  policy::advance(snapshot.limits.all(), load, adaptive_, *snapshot.limit_factors);
}

bool has_adaptive_limits(const decision::Snapshot& snapshot) {
  const auto& rules = snapshot.limits.all();
  return std::any_of(rules.begin(), rules.end(),
                     [](const policy::LimitRule& rule) { return rule.adaptive().has_value(); });
}

}  // namespace gateway
