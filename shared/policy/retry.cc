#include "shared/policy/retry.h"

#include <algorithm>

namespace gateway::policy {
namespace {

bool is_stated(const config::RetryConditions& on, Decider decider, std::uint16_t status) {
  switch (decider) {
    case Decider::upstream:
      return std::find(on.statuses.begin(), on.statuses.end(), status) != on.statuses.end();
    case Decider::upstream_resolve:
    case Decider::upstream_connect:
    case Decider::upstream_tls:
      return on.connect;
    case Decider::upstream_connect_timeout:
      return on.connect || on.timeout;
    case Decider::upstream_reset:
      return on.reset;
    case Decider::upstream_timeout:
      return on.timeout;
    default:
      return false;
  }
}

}  // namespace

RetryRules make_retry_rules(const config::UpstreamPolicies& service,
                            const config::RouteUpstream& route) {
  if (!service.retry) return {};
  const config::Retry& retry = *service.retry;
  return {retry.on, route.retry_attempts.value_or(retry.attempts), retry.backoff,
          route.retry_any_method.value_or(retry.any_method)};
}

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

RetryDecision may_retry(const RetryRules& rules, const Repeatable& request,
                        const FailedAttempt& attempt, RetryBudget& budget, SteadyTime now) {
  if (request.answer_begun) return {false, "The answer has begun."};
  if (!is_stated(rules.on, attempt.decider, attempt.status)) {
    return {false, "This failure is not among retry.on."};
  }
  if (attempt.number >= rules.attempts) return {false, "All attempts are used up."};
  if (!request.idempotent && !rules.any_method && attempt.request_sent) {
    return {false, "The method is not idempotent."};
  }
  if (!request.body_replayable) return {false, "The body is not kept."};
  if (!budget.take(now)) return {false, "The retry budget is used up."};
  return {true, "Tried again."};
}

RetryDecision may_hedge(const Repeatable& request, RetryBudget& budget, SteadyTime now) {
  if (request.answer_begun) return {false, "The answer has begun."};
  if (!request.idempotent) return {false, "The method is not idempotent."};
  if (!request.body_replayable) return {false, "The body is not kept."};
  if (!budget.take(now)) return {false, "The retry budget is used up."};
  return {true, "A second attempt starts beside the first."};
}

microseconds retry_delay(std::uint32_t number, milliseconds backoff, std::uint32_t random) {
  using Rep = milliseconds::rep;
  constexpr Rep kLongest = 3'600'000;  // 2^32 of it in microseconds fit into 64 bits
  const Rep first = std::clamp<Rep>(backoff.count(), 0, kLongest);
  const Rep bound = std::max<Rep>(first, kMaxBackoff.count());
  Rep longest = first;
  for (std::uint32_t i = 1; i < number && longest > 0 && longest < bound; ++i) longest *= 2;
  const auto cap = static_cast<std::uint64_t>(std::min(longest, bound)) * 1000;
  const std::uint64_t fraction = random;
  return microseconds(static_cast<microseconds::rep>(cap * fraction >> 32));
}

}  // namespace gateway::policy
