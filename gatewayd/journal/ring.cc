#include "gatewayd/journal/ring.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace gateway::journal {
namespace {

constexpr std::uint64_t kAlign = 8;
constexpr std::uint32_t kSkipToStart = 0;  // in place of a size: the next frame is at the start

std::uint64_t aligned(std::uint64_t size) {
  return (size + kAlign - 1) & ~(kAlign - 1);
}

}  // namespace

Ring::Ring(std::size_t bytes)
    : mask_(std::bit_ceil(std::max(bytes, kMinBytes)) - 1),
      bytes_(new std::byte[mask_ + 1]) {}  // not value-initialised: untouched pages cost nothing

std::byte* Ring::reserve(std::uint32_t size, std::size_t limit) {
  assert(size >= sizeof(size) && limit <= capacity());
  const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  const std::uint64_t offset = tail & mask_;
  const std::uint64_t to_end = capacity() - offset;
  const std::uint64_t skip = aligned(size) <= to_end ? 0 : to_end;
  const std::uint64_t end = tail + skip + aligned(size);
  if (in_use(end) > limit) {
    seen_head_ = head_.load(std::memory_order_acquire);
    if (in_use(end) > limit) return nullptr;
  }
  reserved_ = end;
  if (skip == 0) return bytes_.get() + offset;
  std::memcpy(bytes_.get() + offset, &kSkipToStart, sizeof(kSkipToStart));
  return bytes_.get();
}

void Ring::publish() {
  tail_.store(reserved_, std::memory_order_release);
}

bool Ring::crossed_half() {
  const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  const std::size_t half = capacity() / 2;
  if (in_use(tail) > half) seen_head_ = head_.load(std::memory_order_acquire);
  const bool above = in_use(tail) > half;
  const bool wake = above && !woke_;
  woke_ = above;
  return wake;
}

const std::byte* Ring::next(std::uint64_t& position) const {
  const std::uint64_t tail = tail_.load(std::memory_order_acquire);
  if (position == tail) return nullptr;
  std::uint32_t size = 0;
  std::memcpy(&size, bytes_.get() + (position & mask_), sizeof(size));
  if (size == kSkipToStart) {
    position = (position | mask_) + 1;  // a skip is always followed by a frame
    std::memcpy(&size, bytes_.get(), sizeof(size));
  }
  const std::byte* frame = bytes_.get() + (position & mask_);
  position += aligned(size);
  return frame;
}

std::size_t Ring::used() const {
  const std::uint64_t head = head_.load(std::memory_order_acquire);
  const std::uint64_t tail = tail_.load(std::memory_order_acquire);
  return static_cast<std::size_t>(tail - head);
}

}  // namespace gateway::journal
