#include "shared/policy/upstream_outcome.h"

#include <algorithm>

namespace gateway::policy {
namespace {

using Verdict = UpstreamOutcome::Verdict;

Verdict verdict_of(Decider decider, std::uint16_t status,
                   std::span<const std::uint16_t> failure_statuses) {
  switch (decider) {
    case Decider::upstream: {
      const bool listed = std::find(failure_statuses.begin(), failure_statuses.end(), status) !=
                          failure_statuses.end();
      return listed ? Verdict::failure : Verdict::success;
    }
    case Decider::upstream_resolve:
    case Decider::upstream_connect:
    case Decider::upstream_tls:
    case Decider::upstream_connect_timeout:
    case Decider::upstream_reset:
    case Decider::upstream_timeout:
    case Decider::upstream_malformed:
      return Verdict::failure;
    default:
      return Verdict::neither;
  }
}

}  // namespace

UpstreamOutcome judge(Decider decider, std::uint16_t status,
                      std::span<const std::uint16_t> failure_statuses) {
  return {verdict_of(decider, status, failure_statuses), decider, status};
}

}  // namespace gateway::policy
