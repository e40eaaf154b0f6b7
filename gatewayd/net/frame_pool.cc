#include "gatewayd/net/frame_pool.h"

namespace gateway::net {

FramePool::~FramePool() {
  if (of_thread_ == this) of_thread_ = nullptr;
  for (List& list : lists_) {
    while (list.head != nullptr) {
      Free* frame = list.head;
      list.head = frame->next;
      ::operator delete(frame);
    }
  }
}

FramePool& FramePool::make_for_thread() {
  thread_local FramePool pool;
  of_thread_ = &pool;
  return pool;
}

}  // namespace gateway::net
