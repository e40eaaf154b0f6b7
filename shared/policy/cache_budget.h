#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace gateway::policy {

// The bytes that all kept answers may take together, those that were evicted but are still being
// sent included. Any thread.
class CacheBudget {
 public:
  explicit CacheBudget(std::uint64_t most) : most_(most) {}

  // False: that would be more than there is, and nothing is taken.
  bool take(std::uint64_t bytes) {
    const std::uint64_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes <= most_) return true;
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void give(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  std::uint64_t most() const { return most_; }

 private:
  const std::uint64_t most_;
  std::atomic<std::uint64_t> used_ = 0;
};

// A part of a budget that goes back when its owner ends. One thread at a time.
class CacheShare {
 public:
  CacheShare() = default;
  explicit CacheShare(CacheBudget& budget) : budget_(&budget) {}
  CacheShare(CacheShare&& other) noexcept
      : budget_(other.budget_), bytes_(std::exchange(other.bytes_, 0)) {}
  CacheShare& operator=(CacheShare&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~CacheShare() {
    if (bytes_ > 0) budget_->give(bytes_);
  }

  bool grow(std::uint64_t bytes) {
    if (!budget_->take(bytes)) return false;
    bytes_ += bytes;
    return true;
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  CacheBudget* budget_ = nullptr;
  std::uint64_t bytes_ = 0;
};

}  // namespace gateway::policy
