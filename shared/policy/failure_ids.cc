#include "shared/policy/failure_ids.h"

#include <cstring>

namespace gateway::policy {
namespace {

struct Halves {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  // Never 0, which is what an empty slot has; halves of two ids do not fit together but by a chance
  // of one in 2^63.
  std::uint64_t check() const { return (high * 0x9E3779B97F4A7C15u ^ low) | 1; }
};

Halves halves_of(const Uuid& id) {
  Halves halves;
  std::memcpy(&halves.high, id.bytes.data(), 8);
  std::memcpy(&halves.low, id.bytes.data() + 8, 8);
  return halves;
}

Uuid uuid_of(const Halves& halves) {
  Uuid id;
  std::memcpy(id.bytes.data(), &halves.high, 8);
  std::memcpy(id.bytes.data() + 8, &halves.low, 8);
  return id;
}

}  // namespace

void FailureIds::add(const Uuid& id) {
  const Halves halves = halves_of(id);
  Slot& slot = slots_[next_.fetch_add(1, std::memory_order_relaxed) % kMost];
  slot.high.store(halves.high, std::memory_order_relaxed);
  slot.low.store(halves.low, std::memory_order_relaxed);
  slot.check.store(halves.check(), std::memory_order_relaxed);
}

std::vector<Uuid> FailureIds::latest() const {
  std::vector<Uuid> ids;
  ids.reserve(kMost);
  const std::uint64_t next = next_.load(std::memory_order_relaxed);
  for (std::uint64_t i = 0; i < kMost; ++i) {
    const Slot& slot = slots_[(next + i) % kMost];
    const std::uint64_t check = slot.check.load(std::memory_order_relaxed);
    const Halves halves{slot.high.load(std::memory_order_relaxed),
                        slot.low.load(std::memory_order_relaxed)};
    if (check != 0 && check == halves.check()) ids.push_back(uuid_of(halves));
  }
  return ids;
}

}  // namespace gateway::policy
