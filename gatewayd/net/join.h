#pragma once

#include <coroutine>
#include <utility>

namespace gateway::net {

// Where one coroutine waits for another that runs beside it. The other calls finish() once.
class Join {
 public:
  Join() = default;
  Join(const Join&) = delete;
  Join& operator=(const Join&) = delete;

  bool finished() const { return finished_; }

  void finish() {
    finished_ = true;
    if (waiting_) std::exchange(waiting_, nullptr).resume();
  }

  bool await_ready() const noexcept { return finished_; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiting_ = handle; }
  void await_resume() const noexcept {}

 private:
  bool finished_ = false;
  std::coroutine_handle<> waiting_;
};

}  // namespace gateway::net
