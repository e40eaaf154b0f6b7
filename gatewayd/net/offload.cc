#include "gatewayd/net/offload.h"

#include <sys/resource.h>

namespace gateway::net {

Offload::Offload(std::size_t threads, std::size_t most_waiting, int nice)
    : most_waiting_(most_waiting) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, nice] { serve(nice); });
}

Offload::~Offload() {
  end();
}

void Offload::end() {
  std::deque<Job> undone;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    undone.swap(waiting_);
  }
  stop_.request_stop();
  stirred_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  for (const Job& job : undone) job.done(false);
}

void Offload::run(std::function<void()> work, std::function<void(bool)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!ending_ && waiting_.size() < most_waiting_) {
      waiting_.push_back({std::move(work), std::move(done)});
      done = nullptr;
    }
  }
  if (done != nullptr) return done(false);
  stirred_.notify_one();
}

void Offload::serve(int nice) {
  if (nice != 0) ::setpriority(PRIO_PROCESS, 0, nice);  // 0: this thread alone
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      stirred_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    job.work();
    job.done(true);
  }
}

void Offload::Awaiter::await_suspend(std::coroutine_handle<> handle) {
  // The frame that holds this may be gone as soon as the pool has the job: everything is read
  // first.
  Loop& loop = loop_;
  pool_.run(std::move(work_), [this, handle, &loop](bool ran) {
    loop.post([this, handle, ran] {
      ran_ = ran;
      handle.resume();
    });
  });
}

}  // namespace gateway::net
