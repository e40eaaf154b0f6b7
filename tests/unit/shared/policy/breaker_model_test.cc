// The breaker against a plain model of what its header says, one thread; and many threads against
// what must hold of them together.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "shared/policy/breaker.h"
#include "tests/unit/shared/policy/breaker_fixture.h"

namespace {

using namespace gateway;
using namespace gateway::policy;
using Kind = BreakerTicket::Kind;
using Verdict = UpstreamOutcome::Verdict;

// Written for clearness alone: every outcome of the window in a list, every state by name.
struct Model {
  config::Breaker config;
  BreakerState state = BreakerState::closed;
  std::uint64_t spell = 0;  // number of transitions
  std::uint32_t failures = 0, successes = 0, probes = 0;
  SteadyTime until{};
  std::vector<std::pair<std::int64_t, bool>> window;  // tenth, failed

  void go(BreakerState next) {
    state = next;
    ++spell;
    failures = successes = probes = 0;
    window.clear();
  }
  Kind admit(SteadyTime now) {
    if (state == BreakerState::closed) return Kind::allowed;
    if (state == BreakerState::open && now >= until) go(BreakerState::half_open);
    if (state == BreakerState::open || probes == config.probes) return Kind::refused;
    ++probes;
    return Kind::probe;
  }
  bool rate_reached(std::int64_t tenth) const {
    if (!config.rate) return false;
    std::uint64_t all = 0, failed = 0;
    for (const auto& [at, bad] : window) {
      if (at <= tenth - 10) continue;
      ++all;
      failed += bad;
    }
    return all >= config.min_requests && failed * 100 >= all * *config.rate;
  }
  void record(std::uint64_t admitted_in, Verdict verdict, SteadyTime now) {
    if (admitted_in != spell || state == BreakerState::open) return;
    if (state == BreakerState::half_open) {
      --probes;
      successes += verdict == Verdict::success;
      if (verdict == Verdict::failure) {
        go(BreakerState::open);
        until = now + config.open_for;
      } else if (successes == config.successes) {
        go(BreakerState::closed);
      }
      return;
    }
    if (verdict == Verdict::neither) return;
    const auto tenth = now.time_since_epoch() / (config.window / 10);
    window.push_back({tenth, verdict == Verdict::failure});
    failures = verdict == Verdict::failure ? failures + 1 : 0;
    if (failures == 0 || (failures < config.failures && !rate_reached(tenth))) return;
    go(BreakerState::open);
    until = now + config.open_for;
  }
};

struct InFlight {
  BreakerTicket ticket;
  std::uint64_t spell;
};

std::uint32_t below(std::mt19937& random, std::uint32_t end) {
  return static_cast<std::uint32_t>(random()) % end;
}

config::Breaker random_config(std::mt19937& random) {
  config::Breaker config = breaker_config();
  config.failures = 1 + below(random, 8);
  config.successes = 1 + below(random, 4);
  config.probes = 1 + below(random, 4);
  config.open_for = milliseconds(100 + below(random, 5000));
  config.window = 1s + milliseconds(below(random, 50) * 100);
  if (below(random, 2) == 0) config.rate = 1 + below(random, 100);
  config.min_requests = 1 + below(random, 30);
  return config;
}

UpstreamOutcome random_outcome(std::mt19937& random, unsigned failing) {
  const unsigned dice = below(random, 100);
  if (dice < failing) return kFailure;
  return dice < failing + 5 ? kLeft : kSuccess;
}

// One request of the model's run; whether a transition was returned exactly when there was one.
void step(Breaker& breaker, Model& model, std::vector<InFlight>& flying, std::mt19937& random,
          unsigned failing, SteadyTime now) {
  const std::uint64_t before = model.spell;
  BreakerChange change;
  if (flying.empty() || random() % 2 == 0) {
    const Kind expected = model.admit(now);
    const auto admission = breaker.admit(now);
    REQUIRE(admission.ticket.kind == expected);
    REQUIRE((admission.retry_after > 0) == (expected == Kind::refused));
    if (expected != Kind::refused) flying.push_back({admission.ticket, model.spell});
    change = admission.change;
  } else {
    std::swap(flying[random() % flying.size()], flying.back());
    const InFlight done = flying.back();
    flying.pop_back();
    const UpstreamOutcome outcome = random_outcome(random, failing);
    model.record(done.spell, outcome.verdict, now);
    change = breaker.record(done.ticket, outcome, request_id(1), now);
  }
  REQUIRE(static_cast<bool>(change) == (model.spell != before));
  if (change) REQUIRE(change.to == model.state);
  const BreakerView view = breaker.view(now);
  REQUIRE(view.state == model.state);
  if (model.state == BreakerState::closed) REQUIRE(view.failures == model.failures);
  REQUIRE(view.probes == model.probes);
  REQUIRE(view.successes == model.successes);
}

}  // namespace

TEST_CASE("agrees with the model on random traffic, of which up to 50 requests are in flight") {
  std::uint64_t transitions = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    Model model;
    model.config = random_config(random);
    Breaker breaker(model.config);
    std::vector<InFlight> flying;
    SteadyTime now = kBegin;
    for (int i = 0; i < 3000; ++i) {
      now += milliseconds(random() % 20 == 0 ? random() % 2000 : random() % 5);
      const unsigned failing = i / 500 % 2 == 0 ? 10 : 70;
      step(breaker, model, flying, random, failing, now);
      if (flying.size() > 50) flying.erase(flying.begin());  // never told: as if it still ran
    }
    transitions += model.spell;
  }
  CHECK(transitions > 1000);
}

TEST_CASE("from many threads every transition is returned once, and probes stay bounded") {
  config::Breaker config = breaker_config();
  config.failures = 3;
  config.probes = 2;
  config.open_for = 1ms;
  config.rate = 50;
  Breaker breaker(config);
  constexpr int kThreads = 4;
  std::atomic<std::int64_t> clock_us = 0;
  std::mutex mutex;
  std::map<std::pair<BreakerState, BreakerState>, int> moves;
  std::vector<std::atomic<std::uint32_t>> probing(1 << 19);  // by generation
  std::atomic<std::uint32_t> most_probes = 0;

  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      const auto log = [&](const BreakerChange& change) {
        if (!change) return;
        const std::lock_guard lock(mutex);
        ++moves[{change.from, change.to}];
      };
      for (int i = 0; i < 20'000; ++i) {
        const SteadyTime now = kBegin + microseconds(clock_us.fetch_add(20));
        const auto admission = breaker.admit(now);
        log(admission.change);
        const BreakerTicket ticket = admission.ticket;
        if (!ticket.admitted()) continue;
        if (ticket.kind == Kind::probe) {
          const std::uint32_t own = ++probing[ticket.generation];
          std::uint32_t most = most_probes;
          while (own > most && !most_probes.compare_exchange_weak(most, own)) continue;
          if (random() % 8 == 0) std::this_thread::yield();
          --probing[ticket.generation];
        }
        log(breaker.record(ticket, random_outcome(random, 40), request_id(1), now));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  using enum BreakerState;
  CHECK(most_probes <= config.probes);
  CHECK(moves.size() == 4);
  CHECK(moves[{closed, open}] > 10);
  const BreakerState end = breaker.view(kBegin).state;
  // What goes into a state comes out of it again, but for the one it is in.
  CHECK(moves[{closed, open}] + moves[{half_open, open}] ==
        moves[{open, half_open}] + (end == open));
  CHECK(moves[{open, half_open}] ==
        moves[{half_open, open}] + moves[{half_open, closed}] + (end == half_open));
  CHECK(moves[{closed, open}] == moves[{half_open, closed}] + (end != closed));
  // Nobody holds a place any more.
  CHECK(breaker.view(kBegin).probes == 0);
}

TEST_CASE("one of many threads that fail at once opens it, and one begins the probing") {
  for (int round = 0; round < 200; ++round) {
    Breaker breaker(breaker_config());
    std::atomic<int> opened = 0, probing = 0, probes = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 3; ++i) opened += send(breaker, kFailure, kBegin) ? 1 : 0;
        const auto admission = breaker.admit(kBegin + 60s);
        if (admission.change) ++probing;
        if (admission.ticket.kind == Kind::probe) ++probes;
      });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(opened == 1);
    REQUIRE(probing <= 1);
    REQUIRE(probes == probing);
  }
}

TEST_CASE("operators, readers and new thresholds beside live traffic") {
  Breaker breaker(breaker_config());
  std::atomic<bool> done = false;
  std::atomic<std::int64_t> clock_us = 0;
  std::thread traffic([&] {
    std::mt19937 random(5);
    for (int i = 0; i < 50'000; ++i) {
      send(breaker, random_outcome(random, 50), kBegin + microseconds(clock_us.fetch_add(50)));
    }
    done = true;
  });
  std::mt19937 random(6);
  while (!done) {
    const SteadyTime now = kBegin + microseconds(clock_us.load());
    breaker.adopt(random_config(random));
    CHECK(breaker.open(now + 1ms, now));
    CHECK(breaker.failed_requests().size() <= FailureIds::kMost);
    const auto record = breaker.save(now, 0);
    if (record) CHECK(record->open_for >= 0ms);
    CHECK(breaker.view(now).probes <= BreakerWord::kMaxProbes);
    CHECK(breaker.reset(now));
  }
  traffic.join();
}
