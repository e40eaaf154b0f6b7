#include "gatewayd/net/offload.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>

#include "gatewayd/net/task.h"

namespace {

using namespace gateway::net;

Detached ask(Offload& pool, Loop& loop, std::function<void()> work, std::optional<bool>& ran,
             std::thread::id& resumed_on) {
  ran = co_await pool.on(loop, std::move(work));
  resumed_on = std::this_thread::get_id();
  loop.stop();
}

}  // namespace

TEST_CASE("work runs on another thread, and its asker goes on upon the loop's") {
  Loop loop;
  Offload pool(1, 4);
  std::thread::id worked_on;
  std::thread::id resumed_on;
  std::optional<bool> ran;
  ask(
      pool, loop, [&] { worked_on = std::this_thread::get_id(); }, ran, resumed_on);
  CHECK_FALSE(ran.has_value());
  loop.run();
  CHECK(ran == true);
  CHECK(worked_on != std::this_thread::get_id());
  CHECK(resumed_on == std::this_thread::get_id());
}

TEST_CASE("a queue takes as many as it says, and refuses the next one at once") {
  std::promise<void> gate;
  std::shared_future<void> open(gate.get_future());
  std::promise<void> started;
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  const auto count = [&](bool ran) { ++(ran ? done : refused); };
  {
    Offload pool(1, 2);
    pool.run(
        [&] {
          started.set_value();
          open.wait();
        },
        count);
    started.get_future().wait();  // it has left the queue
    pool.run([] {}, count);
    pool.run([] {}, count);
    CHECK(refused == 0);
    pool.run([] {}, count);
    CHECK(refused == 1);
    gate.set_value();
  }
  CHECK(done + refused == 4);
  CHECK(done >= 1);
}

TEST_CASE("the end of the pool resumes everyone who waits") {
  Loop loop;
  std::promise<void> started;
  std::promise<void> gate;
  std::shared_future<void> open(gate.get_future());
  auto pool = std::make_unique<Offload>(1, 4);
  pool->run(
      [&] {
        started.set_value();
        open.wait();
      },
      [](bool) {});
  started.get_future().wait();
  std::optional<bool> ran;
  std::thread::id resumed_on;
  ask(
      *pool, loop, [] {}, ran, resumed_on);
  std::thread end([&] { pool.reset(); });
  gate.set_value();
  loop.run();
  end.join();
  CHECK(ran.has_value());
}

TEST_CASE("what runs for long is told that the pool ends, and what comes later is not run") {
  Offload pool(1, 4);
  std::promise<void> started;
  std::atomic<bool> stopped = false;
  pool.run(
      [&, ending = pool.ending()] {
        std::promise<void> told;
        const std::stop_callback tell(ending, [&] { told.set_value(); });
        started.set_value();
        told.get_future().wait();
        stopped = true;
      },
      [](bool) {});
  started.get_future().wait();
  pool.end();
  CHECK(stopped);
  std::optional<bool> ran;
  pool.run([] {}, [&](bool done) { ran = done; });
  CHECK(ran == false);
}
