#include "gatewayd/journal/write_turns.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

using namespace gateway;
using namespace gateway::journal;

namespace {

constexpr std::chrono::hours kForEver{1};

}  // namespace

TEST_CASE("a short transaction waits for the batch that has begun, and hurries it") {
  WriteTurns turns(kForEver);
  std::optional<WriteTurns::Batch> batch(turns);
  CHECK_FALSE(turns.is_hurried());
  std::atomic<bool> ended{false};
  auto waiting = std::async(std::launch::async, [&] {
    const WriteTurns::Brief brief(turns);
    return ended.load();
  });
  while (!turns.is_hurried()) std::this_thread::yield();
  ended = true;
  batch.reset();
  CHECK(waiting.get());
  CHECK_FALSE(turns.is_hurried());
}

TEST_CASE("the next batch waits for short transactions that wait or write") {
  WriteTurns turns(kForEver);
  std::optional<WriteTurns::Brief> brief(turns);
  std::atomic<bool> ended{false};
  auto waiting = std::async(std::launch::async, [&] {
    const WriteTurns::Batch batch(turns);
    return ended.load();
  });
  ended = true;
  brief.reset();
  CHECK(waiting.get());
}

TEST_CASE("neither waits for ever: the database's own lock decides then") {
  WriteTurns turns(milliseconds(1));
  const WriteTurns::Brief stuck(turns);
  const WriteTurns::Batch batch(turns);
  const WriteTurns::Brief other(turns);
  CHECK_FALSE(turns.is_hurried());
}

TEST_CASE("whoever waits for the log's writer hurries it and does not hold it up") {
  WriteTurns turns(kForEver);
  const WriteTurns::Hurry hurry(turns);
  CHECK(turns.is_hurried());
  const WriteTurns::Batch batch(turns);
}
