#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "gatewayd/net/loop.h"

namespace gateway::net {

// Threads for work that would block a loop: a question to a service, a password's hash. Bounded:
// what finds the queue full is not run. Owned by the daemon; any thread may ask.
class Offload {
 public:
  // `nice`: how far its threads stand back behind the workers (sched(7)).
  Offload(std::size_t threads, std::size_t most_waiting, int nice = 0);
  ~Offload();  // as end()
  Offload(const Offload&) = delete;
  Offload& operator=(const Offload&) = delete;

  // Asks what runs to stop and waits for it, leaves undone what waits: every asker is resumed. What
  // is asked from now on is not run; whoever may still ask need not know. Once, from one thread.
  void end();
  // Tells what runs for long that the pool ends.
  std::stop_token ending() const { return stop_.get_token(); }

  // Runs `work` and then `done(ran)` on one of the threads; `ran` is false when the queue was full
  // or the pool ends. `work` must end by itself, soon: the pool waits for it.
  void run(std::function<void()> work, std::function<void(bool ran)> done);

  // co_await: runs `work`, then goes on upon `loop`'s thread. False: it was not run.
  class Awaiter {
   public:
    Awaiter(Offload& pool, Loop& loop, std::function<void()> work)
        : pool_(pool), loop_(loop), work_(std::move(work)) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle);
    bool await_resume() const noexcept { return ran_; }

   private:
    Offload& pool_;
    Loop& loop_;
    std::function<void()> work_;
    bool ran_ = false;
  };
  Awaiter on(Loop& loop, std::function<void()> work) { return {*this, loop, std::move(work)}; }

 private:
  struct Job {
    std::function<void()> work;
    std::function<void(bool)> done;
  };

  void serve(int nice);

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable stirred_;
  std::deque<Job> waiting_;
  bool ending_ = false;
  std::stop_source stop_;
  std::vector<std::thread> threads_;
};

}  // namespace gateway::net
