#pragma once

#include <list>

#include "gatewayd/net/pause.h"

namespace gateway::proxy {

// Requests of one worker that wait until a peer of a service is free, first come, first served.
// What frees one on this worker wakes the first of them; that another worker freed one is noticed
// by looking every kLook. One thread.
class WaitQueue {
 public:
  static constexpr milliseconds kLook{20};

  // A place in the queue, from its making to its end.
  class Place {
   public:
    Place(WaitQueue& queue, net::Loop& loop);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    bool is_first() const { return queue_.waiting_.front() == &pause_; }
    // What whoever ends the request is to interrupt.
    net::Interruptible& wait() { return pause_; }
    // co_await: until it is worth a look; timeout is one, too, unless `deadline` has passed.
    auto until_look(SteadyTime deadline) {
      return pause_.until(std::min(deadline, loop_.now() + kLook));
    }

   private:
    WaitQueue& queue_;
    net::Loop& loop_;
    net::Pause pause_;
    std::list<net::Pause*>::iterator at_;
  };

  std::size_t size() const { return waiting_.size(); }
  bool empty() const { return waiting_.empty(); }
  void wake_first() {
    if (!waiting_.empty()) waiting_.front()->wake();
  }

 private:
  std::list<net::Pause*> waiting_;
};

}  // namespace gateway::proxy
