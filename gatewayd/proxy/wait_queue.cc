#include "gatewayd/proxy/wait_queue.h"

namespace gateway::proxy {

WaitQueue::Place::Place(WaitQueue& queue, net::Loop& loop)
    : queue_(queue), loop_(loop), pause_(loop) {
  at_ = queue_.waiting_.insert(queue_.waiting_.end(), &pause_);
}

WaitQueue::Place::~Place() {
  queue_.waiting_.erase(at_);
  // Whoever is first now may have been woken for nothing while this one was.
  queue_.wake_first();
}

}  // namespace gateway::proxy
