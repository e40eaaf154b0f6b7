#include "shared/decision/change_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "shared/base/ascii.h"
#include "shared/base/units.h"

namespace gateway::decision {
namespace {

using Figure = GuardTerm::Figure;

struct Name {
  std::string_view name;
  Figure figure;
};
constexpr std::array kNames = {Name{"4xx", Figure::share_4xx}, Name{"5xx", Figure::share_5xx},
                               Name{"p50", Figure::p50},       Name{"p90", Figure::p90},
                               Name{"p95", Figure::p95},       Name{"p99", Figure::p99}};
constexpr double kMaxRelative = 10'000;  // per cent
constexpr std::string_view kForm = "expected, for example, 5xx<1%, p99<200ms or p99<+20%";

bool is_share(Figure figure) {
  return figure == Figure::share_4xx || figure == Figure::share_5xx;
}

// "1%", "0.5%": per cent within 0 (not itself) and `most`.
std::optional<double> per_cent(std::string_view text, double most) {
  if (text.empty() || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  if (text.empty() || text.size() > 12) return std::nullopt;
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value <= 0 || value > most) return std::nullopt;
  return value;
}

GuardError wrong(std::string_view term, std::string_view why) {
  return {fmt::format("guard \"{}\": {}; {}", term.substr(0, 40), why, kForm)};
}

Result<GuardTerm, GuardError> parse_term(std::string_view text) {
  const std::size_t less = text.find('<');
  if (less == std::string_view::npos) return wrong(text, "there is no < in it");
  const std::string_view name = trim_ows(text.substr(0, less));
  std::string_view bound = trim_ows(text.substr(less + 1));
  const auto* found =
      std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.name == name; });
  if (found == kNames.end()) {
    return wrong(text, "it names none of 4xx, 5xx, p50, p90, p95 and p99");
  }
  GuardTerm term{found->figure, false, 0, std::string(text)};
  if (is_share(term.figure)) {
    if (bound.starts_with('+')) {
      return wrong(text, "a share of answers has a bound of its own, not one against before");
    }
    const auto share = per_cent(bound, 100);
    if (!share) return wrong(text, "its bound is no per cent of 0 to 100");
    term.bound = *share;
    return term;
  }
  if (bound.starts_with('+')) {
    const auto more = per_cent(bound.substr(1), kMaxRelative);
    if (!more) return wrong(text, "its bound is no per cent of 0 to 10000");
    term.relative = true;
    term.bound = *more;
    return term;
  }
  const auto duration = parse_duration(bound);
  if (!duration || duration->count() <= 0) {
    return wrong(text, "a percentile is held to a duration or to +PERCENT");
  }
  term.bound = static_cast<double>(duration->count()) * 1000;
  return term;
}

double value_of(Figure figure, const GuardFigures& figures) {
  switch (figure) {
    case Figure::share_4xx:
      return figures.share_4xx;
    case Figure::share_5xx:
      return figures.share_5xx;
    case Figure::p50:
      return figures.p50_us;
    case Figure::p90:
      return figures.p90_us;
    case Figure::p95:
      return figures.p95_us;
    case Figure::p99:
      return figures.p99_us;
  }
  return 0;
}

std::string shown(Figure figure, double value) {
  if (is_share(figure)) return fmt::format("{:.2f} %", value);
  return value < 10'000 ? fmt::format("{:.1f} ms", value / 1000)
                        : fmt::format("{:.0f} ms", value / 1000);
}

}  // namespace

bool Guard::compares() const {
  return std::any_of(terms.begin(), terms.end(),
                     [](const GuardTerm& term) { return term.relative; });
}

Result<Guard, GuardError> parse_guard(std::string_view text) {
  Guard guard;
  guard.text = std::string(text);
  while (true) {
    const std::size_t comma = text.find(',');
    const auto term = parse_term(trim_ows(text.substr(0, comma)));
    if (!term) return term.error();
    if (guard.terms.size() == kMaxGuardTerms) {
      return GuardError{fmt::format("a guard has at most {} terms", kMaxGuardTerms)};
    }
    guard.terms.push_back(*term);
    if (comma == std::string_view::npos) return guard;
    text.remove_prefix(comma + 1);
  }
}

GuardJudgement judge(const Guard& guard, const GuardFigures& before, const GuardFigures& after) {
  using State = GuardJudgement::State;
  if (after.requests < kMinGuardRequests) return {State::too_few, {}};
  for (const GuardTerm& term : guard.terms) {
    const double was = value_of(term.figure, before);
    const double is = value_of(term.figure, after);
    const double bound = term.relative ? was * (1 + term.bound / 100) : term.bound;
    if (is < bound) continue;
    const std::string now =
        fmt::format("is {} over {} requests", shown(term.figure, is), after.requests);
    return {State::broken, term.relative ? fmt::format("{}: it was {} and {}", term.text,
                                                       shown(term.figure, was), now)
                                         : fmt::format("{}: it {}", term.text, now)};
  }
  return {State::holds, {}};
}

}  // namespace gateway::decision
