#include "shared/policy/upstream_outcome.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

namespace {

using namespace gateway;
using namespace gateway::policy;
using Verdict = UpstreamOutcome::Verdict;

constexpr std::array<std::uint16_t, 2> kStatuses{500, 503};

}  // namespace

TEST_CASE("an upstream's answer is a failure when its status is listed") {
  CHECK(judge(Decider::upstream, 500, kStatuses).verdict == Verdict::failure);
  CHECK(judge(Decider::upstream, 503, kStatuses).verdict == Verdict::failure);
  CHECK(judge(Decider::upstream, 502, kStatuses).verdict == Verdict::success);
  CHECK(judge(Decider::upstream, 404, kStatuses).verdict == Verdict::success);
  CHECK(judge(Decider::upstream, 500, {}).verdict == Verdict::success);
  const UpstreamOutcome outcome = judge(Decider::upstream, 503, kStatuses);
  CHECK(outcome.decider == Decider::upstream);
  CHECK(outcome.status == 503);
}

TEST_CASE("of everything else only what is charged to the upstream is a failure") {
  for (const DeciderInfo& entry : all_deciders()) {
    if (entry.decider == Decider::upstream) continue;
    const Verdict expected = entry.side == Side::upstream ? Verdict::failure : Verdict::neither;
    CHECK_MESSAGE(judge(entry.decider, entry.status, kStatuses).verdict == expected, entry.name);
  }
  CHECK(judge(Decider::client_closed, 500, kStatuses).verdict == Verdict::neither);
}
