#include "gatewayd/net/buffer_pool.h"

#include <cstring>
#include <new>

namespace gateway::net {
namespace {

char* allocate(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return static_cast<char*>(memory);
}

bool is_pooled(std::size_t capacity) {
  return capacity == kBufferSize || capacity == kSmallBufferSize;
}

}  // namespace

void Buffer::move_to(char* memory, std::size_t capacity) {
  const std::size_t held = size();
  if (held > 0) std::memcpy(memory, data(), held);
  release();
  memory_ = memory;
  capacity_ = capacity;
  end_ = held;
}

void Buffer::make_room(std::size_t bytes) {
  const std::size_t total = size() + bytes;
  if (memory_ == nullptr && total <= kSmallBufferSize) {
    move_to(pool_.take(kSmallBufferSize), kSmallBufferSize);
  } else {
    reserve(std::max(kBufferSize, total));
  }
}

bool Buffer::reserve(std::size_t total) {
  if (total > capacity_) {
    const bool fits = total <= kBufferSize;
    move_to(fits ? pool_.take(kBufferSize) : allocate(total), fits ? kBufferSize : total);
  } else if (begin_ > 0) {
    const std::size_t held = size();
    if (held > 0) std::memmove(memory_, data(), held);
    begin_ = 0;
    end_ = held;
  }
  return free_size() > 0;
}

void Buffer::release() {
  if (memory_ == nullptr) return;
  if (is_pooled(capacity_)) {
    pool_.give(memory_, capacity_);
  } else {
    std::free(memory_);
  }
  memory_ = nullptr;
  begin_ = end_ = capacity_ = 0;
}

BufferPool::~BufferPool() {
  for (char* block : free_) std::free(block);
  for (char* block : free_small_) std::free(block);
}

char* BufferPool::take(std::size_t size) {
  std::vector<char*>& free = free_of(size);
  if (free.empty()) return allocate(size);
  char* block = free.back();
  free.pop_back();
  return block;
}

void BufferPool::give(char* block, std::size_t size) {
  std::vector<char*>& free = free_of(size);
  if (free.size() < (size == kSmallBufferSize ? kKeptSmall : kKept)) {
    free.push_back(block);
  } else {
    std::free(block);
  }
}

}  // namespace gateway::net
