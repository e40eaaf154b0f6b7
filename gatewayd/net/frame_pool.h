#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace gateway::net {

// Memory of coroutine frames and of what else comes and goes with each request, kept by size for
// the thread's next ones: a request runs about a dozen short coroutines, and malloc for them was a
// seventh of the instructions spent on it.
class FramePool {
 public:
  FramePool() = default;
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  static FramePool& of_thread() { return of_thread_ != nullptr ? *of_thread_ : make_for_thread(); }

  void* take(std::size_t size) {
    const std::size_t at = (size - 1) / kStep;
    if (at >= kClasses || lists_[at].head == nullptr) return ::operator new(rounded(size));
    List& list = lists_[at];
    Free* frame = list.head;
    list.head = frame->next;
    --list.count;
    return frame;
  }

  void give(void* memory, std::size_t size) {
    const std::size_t at = (size - 1) / kStep;
    if (at >= kClasses || lists_[at].count == kKept) {
      ::operator delete(memory);
      return;
    }
    List& list = lists_[at];
    list.head = new (memory) Free{list.head};
    ++list.count;
  }

 private:
  static constexpr std::size_t kStep = 64;
  static constexpr std::size_t kClasses = 32;  // frames up to 2 KiB
  // Of each size, what the streams of a few full HTTP/2 connections take; a burst's rest goes back
  // to malloc.
  static constexpr std::size_t kKept = 512;

  static FramePool& make_for_thread();
  // A plain pointer: a thread_local object with a destructor is asked on each use whether it is
  // made yet, by a call.
  static constinit inline thread_local FramePool* of_thread_ = nullptr;

  static std::size_t rounded(std::size_t size) { return (size + kStep - 1) / kStep * kStep; }

  struct Free {
    Free* next;
  };
  struct List {
    Free* head = nullptr;
    std::size_t count = 0;
  };
  std::array<List, kClasses> lists_{};
};

// Base of promises, and of others, whose memory comes from the pool. It is best given back on the
// thread that took it.
struct PooledFrame {
#ifndef __SANITIZE_ADDRESS__  // where the end of each is to be watched, no memory is used again
  static void* operator new(std::size_t size) {
    return FramePool::of_thread().take(size);
  }
  static void operator delete(void* memory, std::size_t size) {
    FramePool::of_thread().give(memory, size);
  }
#endif
};

}  // namespace gateway::net
