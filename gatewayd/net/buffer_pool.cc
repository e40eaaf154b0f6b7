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

}  // namespace

bool Buffer::reserve(std::size_t total) {
  if (total > capacity_) {
    char* larger = total <= kBufferSize ? pool_.take() : allocate(total);
    const std::size_t held = size();
    if (held > 0) std::memcpy(larger, data(), held);
    release();
    memory_ = larger;
    capacity_ = total <= kBufferSize ? kBufferSize : total;
    end_ = held;
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
  if (capacity_ == kBufferSize) {
    pool_.give(memory_);
  } else {
    std::free(memory_);
  }
  memory_ = nullptr;
  begin_ = end_ = capacity_ = 0;
}

BufferPool::~BufferPool() {
  for (char* block : free_) std::free(block);
}

char* BufferPool::take() {
  if (free_.empty()) return allocate(kBufferSize);
  char* block = free_.back();
  free_.pop_back();
  return block;
}

void BufferPool::give(char* block) {
  if (free_.size() < kKept) {
    free_.push_back(block);
  } else {
    std::free(block);
  }
}

}  // namespace gateway::net
