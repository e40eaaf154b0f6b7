#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace gateway::journal {

// Bounded ring of frames between one producer and one consumer thread, lock-free. A frame is a
// contiguous run of bytes, aligned to 8, that begins with its size in a std::uint32_t.
class Ring {
 public:
  // `bytes` is rounded up to a power of two, at least kMinBytes.
  explicit Ring(std::size_t bytes);

  static constexpr std::size_t kMinBytes = 64u << 10;
  std::size_t capacity() const { return mask_ + 1; }

  // Producer. Room for a frame of `size` bytes, nullptr when more than `limit` bytes would then be
  // in use. publish() hands over what was last reserved.
  std::byte* reserve(std::uint32_t size, std::size_t limit);
  void publish();
  // Producer. True once for each time the ring gets fuller than half: wake the consumer then.
  bool crossed_half();

  // Consumer. The frame at `position`, which is moved past it; nullptr at the end. Frames stay
  // valid until release() of a position behind them.
  const std::byte* next(std::uint64_t& position) const;
  std::uint64_t begin() const { return head_.load(std::memory_order_relaxed); }
  void release(std::uint64_t position) { head_.store(position, std::memory_order_release); }

  // Any thread, a moment's value: bytes between producer and consumer.
  std::size_t used() const;

 private:
  std::size_t in_use(std::uint64_t tail) const {
    return static_cast<std::size_t>(tail - seen_head_);
  }

  std::size_t mask_;
  std::unique_ptr<std::byte[]> bytes_;

  alignas(64) std::atomic<std::uint64_t> tail_{0};  // written by the producer
  std::uint64_t seen_head_ = 0;                     // the producer's last look at head_
  std::uint64_t reserved_ = 0;                      // tail_ after publish()
  bool woke_ = false;
  alignas(64) std::atomic<std::uint64_t> head_{0};  // written by the consumer
};

}  // namespace gateway::journal
