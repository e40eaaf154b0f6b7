#include "shared/policy/failure_ids.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace {

using namespace gateway;
using namespace gateway::policy;

Uuid id_of(std::uint8_t number) {
  Uuid id;
  id.bytes.fill(number);
  return id;
}

}  // namespace

TEST_CASE("keeps the latest ids, oldest first") {
  FailureIds ids;
  CHECK(ids.latest().empty());
  ids.add(id_of(1));
  ids.add(id_of(2));
  CHECK(ids.latest() == std::vector<Uuid>{id_of(1), id_of(2)});
  for (std::uint8_t i = 3; i <= FailureIds::kMost; ++i) ids.add(id_of(i));
  CHECK(ids.latest().size() == FailureIds::kMost);
  CHECK(ids.latest().front() == id_of(1));
  ids.add(id_of(9));
  CHECK(ids.latest().size() == FailureIds::kMost);
  CHECK(ids.latest().front() == id_of(2));
  CHECK(ids.latest().back() == id_of(9));
}

TEST_CASE("an id of zeros is one like any other") {
  FailureIds ids;
  ids.add(Uuid{});
  CHECK(ids.latest() == std::vector<Uuid>{Uuid{}});
}

TEST_CASE("never gives out halves of two ids") {
  FailureIds ids;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 200'000; ++i) ids.add(id_of(static_cast<std::uint8_t>(i)));
    done = true;
  });
  bool whole = true;
  while (!done) {
    for (const Uuid& id : ids.latest()) whole &= id == id_of(id.bytes[0]);
  }
  writer.join();
  CHECK(whole);
}
