#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway::net {

inline constexpr std::size_t kBufferSize = 16 * 1024;
// For what is appended while it is no more: most heads, and many bodies.
inline constexpr std::size_t kSmallBufferSize = 2 * 1024;

class BufferPool;

// Bytes received and not yet used: data() up to size(). Empty-handed until reserve() takes memory
// from the pool; release() gives it back, so that an idle connection holds none.
class Buffer {
 public:
  explicit Buffer(BufferPool& pool) : pool_(pool) {}
  ~Buffer() { release(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::string_view view() const { return {memory_ + begin_, end_ - begin_}; }
  char* data() { return memory_ + begin_; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  // Forgets `count` bytes from the front. Those bytes stay readable until the next reserve().
  void consume(std::size_t count) { begin_ += count; }
  void clear() { begin_ = end_ = 0; }

  // Makes room for more bytes in one block of at least `total` bytes in all, moving what is there.
  // True when there is free room.
  bool reserve(std::size_t total = kBufferSize);
  char* free_data() { return memory_ + end_; }
  std::size_t free_size() const { return capacity_ - end_; }
  void commit(std::size_t count) { end_ += count; }

  void release();

  // Both hold what the other held; of one pool.
  void swap(Buffer& other) {
    std::swap(memory_, other.memory_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }
  // Makes room behind what is there and copies `bytes` into it.
  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (free_size() < bytes.size()) make_room(bytes.size());
    std::memcpy(free_data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }

 private:
  void make_room(std::size_t bytes);
  void move_to(char* memory, std::size_t capacity);

  BufferPool& pool_;
  char* memory_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

// Blocks of either size for one worker. Keeps a bounded number of them free: what a burst took
// beyond that goes back to the system.
class BufferPool {
 public:
  BufferPool() = default;
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // `size`: kBufferSize or kSmallBufferSize.
  char* take(std::size_t size);
  void give(char* block, std::size_t size);

 private:
  static constexpr std::size_t kKept = 128;
  static constexpr std::size_t kKeptSmall = 1024;  // two for each stream of a few full connections

  std::vector<char*>& free_of(std::size_t size) {
    return size == kSmallBufferSize ? free_small_ : free_;
  }

  std::vector<char*> free_;
  std::vector<char*> free_small_;
};

}  // namespace gateway::net
