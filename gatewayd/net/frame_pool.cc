#include "gatewayd/net/frame_pool.h"

namespace gateway::net {

FramePool::~FramePool() {
  for (List& list : lists_) {
    while (list.head != nullptr) {
      Free* frame = list.head;
      list.head = frame->next;
      ::operator delete(frame);
    }
  }
}

FramePool& FramePool::of_thread() {
  thread_local FramePool pool;
  return pool;
}

}  // namespace gateway::net
