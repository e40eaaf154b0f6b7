#include "shared/suite/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "shared/config/suggest.h"
#include "shared/suite/compare.h"
#include "shared/suite/sign.h"

namespace gateway::suite {
namespace {

// One client's counters are few; 256 sets of them are never full.
constexpr std::size_t kCounterBytes = 256 * policy::LimitTable::kSetBytes;

// The traffic of one test: as many requests as asked for, each at its time.
class Traffic {
 public:
  Traffic(const Test& test, const decision::ExplainRequest& request, const Subject& subject)
      : test_(test), request_(request), subject_(subject), state_(policy::Sha256{}) {
    state_.limits = &counters_;
    state_.adopt(subject.snapshot());
    if (subject.keys() != nullptr) state_.use_keys(subject.keys());
  }

  // All but the last; returns that one's explanation.
  decision::Explanation run(Ran& result) {
    for (std::uint32_t number = 1; number < test_.repeat; ++number) {
      const auto ending = decision::rehearse_ending(subject_.snapshot(), state_, next());
      if (ending.outcome == decision::Explanation::Outcome::answer) {
        count(ending.decider == Decider::rate_limited, number, result);
      }
    }
    auto last = decision::rehearse(subject_.snapshot(), state_, next());
    count(last.decider == info(Decider::rate_limited).name, test_.repeat, result);
    return last;
  }

  // The explanation of one of them.
  decision::Explanation explain(std::uint32_t number) {
    for (std::uint32_t before = 1; before < number; ++before) {
      decision::rehearse_ending(subject_.snapshot(), state_, next());
    }
    return decision::rehearse(subject_.snapshot(), state_, next());
  }

 private:
  const decision::ExplainRequest& next() {
    request_.time = test_.request.time + made_++ * std::chrono::microseconds(test_.every).count();
    return request_;
  }

  static void count(bool limited, std::uint32_t number, Ran& result) {
    if (!limited) return;
    if (result.limited++ == 0) result.first_limited = number;
  }

  const Test& test_;
  decision::ExplainRequest request_;
  const Subject& subject_;
  policy::LimitTable counters_{kCounterBytes, {}};
  decision::State state_;
  std::int64_t made_ = 0;
};

// The request with the token that the test asks for; false: it cannot be made.
bool with_token(const Test& test, const Subject& subject, decision::ExplainRequest& request,
                Ran& result) {
  if (!test.token) return true;
  const auto& jwt = subject.snapshot().config.auth.jwt;
  std::string why = "the configuration has no [auth.jwt] that would take a token";
  if (jwt) {
    auto token = sign(*test.token, *jwt, subject.secret(), test.request.time);
    if (token) {
      request.fields.emplace_back("Authorization", "Bearer " + *token);
      return true;
    }
    why = token.error().reason;
  }
  result.failures.push_back({"token", "a token", why, test.place});
  result.explanation.reason = why;
  return false;
}

std::vector<std::string_view> names_of(const auto& items) {
  std::vector<std::string_view> names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

void check_name(const std::optional<config::Setting<std::string>>& name, const char* what,
                const std::vector<std::string_view>& known, config::Diagnostics& diagnostics) {
  if (!name || name->value.empty()) return;
  if (std::find(known.begin(), known.end(), name->value) != known.end()) return;
  diagnostics.items.push_back({config::Severity::error, fmt::format("unknown-{}", what),
                               fmt::format("the configuration has no {} \"{}\"", what, name->value),
                               name->place, config::did_you_mean(name->value, known)});
}

}  // namespace

Subject::Subject(config::Config config, decision::KeyFiles keys)
    : secret_(std::move(keys.jwt_secret)), snapshot_(build_snapshot(std::move(config), keys)) {
  if (!keys.jwt_keys.empty()) {
    keys_ = std::make_shared<const policy::KeySet>(std::move(keys.jwt_keys));
  }
}

void check_names(const Suite& suite, const Subject& subject, config::Diagnostics& diagnostics) {
  const auto routes = names_of(subject.snapshot().config.routes);
  const auto services = names_of(subject.snapshot().config.services);
  for (const Test& test : suite.tests) {
    check_name(test.expect.route, "route", routes, diagnostics);
    check_name(test.expect.service, "service", services, diagnostics);
  }
}

Ran run(const Test& test, const Subject& subject) {
  Ran result;
  decision::ExplainRequest request = test.request;
  if (!with_token(test, subject, request, result)) return result;
  result.explanation = Traffic(test, request, subject).run(result);
  result.explained = test.repeat;
  result.route = result.explanation.route;
  const bool counts_differ = compare(test.expect, result);
  if (counts_differ && result.first_limited != 0 && result.first_limited != test.repeat) {
    result.explained = result.first_limited;
    result.explanation = Traffic(test, request, subject).explain(result.first_limited);
  }
  return result;
}

Coverage coverage(const config::Config& config, const std::vector<std::string>& taken) {
  const std::unordered_set<std::string_view> seen(taken.begin(), taken.end());
  Coverage coverage;
  for (const config::Route& route : config.routes) {
    if (!route.enabled) continue;
    ++coverage.routes;
    if (seen.count(route.name) == 0) coverage.untested.push_back(route.name);
  }
  return coverage;
}

}  // namespace gateway::suite
