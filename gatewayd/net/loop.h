#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <coroutine>
#include <functional>
#include <mutex>
#include <vector>

#include "gatewayd/net/timer_wheel.h"
#include "shared/base/clock.h"

namespace gateway::net {

// A descriptor's owner, told of its events by the loop it is registered with.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // `events`: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR as epoll reports them. May destroy
  // any watcher, itself included.
  virtual void ready(std::uint32_t events) = 0;

 private:
  friend class Loop;
  bool fetched_ = false;  // an event for it stands in the loop's batch
};

// One thread's event loop: edge-triggered epoll, a descriptor registered once in its life, so that
// waiting costs no system call of its own. Everything but post() and stop() belongs to the
// thread that calls run().
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();   // until stop()
  void stop();  // any thread

  // Runs `work` on the loop's thread, soon. Any thread.
  void post(std::function<void()> work);

  // Registers `fd` for all events, edge-triggered. False with errno set when the kernel refuses.
  bool watch(int fd, Watcher& watcher);
  // For a listening socket: level-triggered, readable only, so that no connection is forgotten when
  // accept() stops early; of several loops that watch one socket, not all are woken.
  bool watch_level(int fd, Watcher& watcher);
  // Ends that for a descriptor that is still open.
  void unwatch(int fd, Watcher& watcher);
  // Forgets events already fetched for `watcher`; closing its descriptor does the rest.
  void forget(Watcher& watcher);

  // Whether an event for `watcher` has been fetched and not yet handed out.
  bool has_pending(const Watcher& watcher) const { return watcher.fetched_; }

  // co_await: lets every other ready descriptor have its turn first. For loops that neither peer
  // ever makes wait.
  auto yield() {
    struct Awaiter {
      Loop& loop;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) { loop.yielded_.push_back(handle); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

  // Resumes `handle` once every event of the current batch has been handed out. On its thread.
  void resume_later(std::coroutine_handle<> handle) { yielded_.push_back(handle); }

  TimerWheel& timers() { return timers_; }

  // Time at which the current batch of events was fetched: for deadlines, not for measuring.
  SteadyTime now() const { return now_; }
  // How long the events of the current batch may have waited for their turn: as long as the batch
  // before took to handle; nothing, when the loop was asleep between the two. Any thread.
  microseconds lag() const { return microseconds(lag_us_.load(std::memory_order_relaxed)); }
  // What all batches took so far: the thread's time but for its waits. Any thread.
  microseconds busy() const { return microseconds(busy_us_.load(std::memory_order_relaxed)); }
  // The longest that any batch took since the last call. Any thread.
  microseconds take_longest_lag() {
    return microseconds(longest_lag_us_.exchange(0, std::memory_order_relaxed));
  }

 private:
  static constexpr int kBatch = 256;

  void run_posted();
  void run_yielded();

  int epoll_ = -1;
  int wake_ = -1;
  SteadyTime now_;
  TimerWheel timers_;
  epoll_event batch_[kBatch];
  int batch_at_ = 0;
  int batch_size_ = 0;
  std::vector<std::coroutine_handle<>> yielded_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::int64_t> lag_us_ = 0;
  std::atomic<std::int64_t> busy_us_ = 0;
  std::atomic<std::int64_t> longest_lag_us_ = 0;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace gateway::net
