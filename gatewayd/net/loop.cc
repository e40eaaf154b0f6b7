#include "gatewayd/net/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace gateway::net {
namespace {

// A wait for events that takes longer than this found none there at first, so what ended it has
// waited for nobody. Less may be the call itself, also on a busy machine.
constexpr microseconds kAsleep{1000};

}  // namespace

Loop::Loop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      now_(std::chrono::steady_clock::now()),
      timers_(now_) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // the only entry without a watcher
  if (epoll_ < 0 || wake_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot make an event loop");
  }
}

Loop::~Loop() {
  ::close(wake_);
  ::close(epoll_);
}

bool Loop::watch(int fd, Watcher& watcher) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watcher;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool Loop::watch_level(int fd, Watcher& watcher) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLEXCLUSIVE;
  event.data.ptr = &watcher;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Loop::unwatch(int fd, Watcher& watcher) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  forget(watcher);
}

void Loop::forget(Watcher& watcher) {
  if (!watcher.fetched_) return;
  watcher.fetched_ = false;
  for (int i = batch_at_; i < batch_size_; ++i) {
    if (batch_[i].data.ptr == &watcher) batch_[i].events = 0;
  }
}

void Loop::post(std::function<void()> work) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(work));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof(one));
}

void Loop::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  post([] {});
}

void Loop::run_posted() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(wake_, &count, sizeof(count));
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(posted_mutex_);
    work.swap(posted_);
  }
  for (const auto& item : work) {
    item();
  }
}

void Loop::run_yielded() {
  std::vector<std::coroutine_handle<>> turn;
  turn.swap(yielded_);
  for (const auto handle : turn) {
    handle.resume();
  }
}

void Loop::run() {
  while (!stopped_.load(std::memory_order_relaxed)) {
    const int size =
        ::epoll_wait(epoll_, batch_, kBatch, yielded_.empty() ? timers_.sleep_ms(now_) : 0);
    const SteadyTime before = std::chrono::steady_clock::now();
    if (before - now_ > kAsleep) lag_us_.store(0, std::memory_order_relaxed);
    now_ = before;
    batch_size_ = size < 0 ? 0 : size;
    for (int i = 0; i < batch_size_; ++i) {
      if (batch_[i].data.ptr != nullptr) static_cast<Watcher*>(batch_[i].data.ptr)->fetched_ = true;
    }
    for (batch_at_ = 0; batch_at_ < batch_size_;) {
      const epoll_event event = batch_[batch_at_++];
      if (event.data.ptr == nullptr) {
        run_posted();
      } else if (event.events != 0) {
        auto& watcher = *static_cast<Watcher*>(event.data.ptr);
        watcher.fetched_ = false;
        watcher.ready(event.events);
      }
    }
    batch_size_ = 0;
    if (!yielded_.empty()) run_yielded();
    timers_.advance(now_);
    now_ = std::chrono::steady_clock::now();
    const auto lag = std::chrono::duration_cast<microseconds>(now_ - before).count();
    lag_us_.store(lag, std::memory_order_relaxed);
    busy_us_.store(busy_us_.load(std::memory_order_relaxed) + lag, std::memory_order_relaxed);
    if (lag > longest_lag_us_.load(std::memory_order_relaxed)) {
      longest_lag_us_.store(lag, std::memory_order_relaxed);
    }
  }
}

}  // namespace gateway::net
