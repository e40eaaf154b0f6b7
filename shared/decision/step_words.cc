#include "shared/decision/step_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace gateway::decision {
namespace {

using Kind = ExplainLine::Kind;
using Words = std::vector<std::string_view>;

std::string list_of(const Words& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string prefix_text(const Cidr& prefix) {
  constexpr unsigned kMapped = 96;
  const bool v4 = prefix.network.is_v4() && prefix.bits >= kMapped;
  return fmt::format("{}/{}", to_string(prefix.network), v4 ? prefix.bits - kMapped : prefix.bits);
}

void tell_network(const Step& step, ExplainLine& line) {
  line.summary = step.detail;
  const bool passed = step.verdict == Verdict::passed;
  line.detail = step.network == nullptr ? std::string(step.why)
                                        : fmt::format("{} by {}", passed ? "allowed" : "denied",
                                                      prefix_text(*step.network));
}

void tell_cors(const Step& step, const StepFacts& facts, ExplainLine& line) {
  line.summary = step.why;
  const char* what = facts.preflight ? "preflight" : "origin";
  if (step.verdict == Verdict::answered || facts.cors_allowed) {
    line.summary = fmt::format("{} allowed", what);
    line.detail = facts.cors_origin.empty() ? step.detail : facts.cors_origin;
  } else if (step.verdict != Verdict::passed) {
    line.summary = fmt::format("{} refused", what);
    line.detail = fmt::format("{}: {}", step.detail, step.why);
    if (step.verdict == Verdict::observed) line.remark = "the answer carries no permission";
  }
}

void tell_auth(const Step& step, const StepFacts& facts, ExplainLine& line) {
  const std::string by(step.rule);
  if (step.verdict != Verdict::passed) {
    line.summary = by.empty() ? "refused" : by + " refused";
    line.detail = step.why;
    return;
  }
  line.summary = by.empty() ? std::string(step.why) : fmt::format("{} {}", by, step.why);
  if (!facts.identified) return;
  line.detail = fmt::format("sub={}", facts.user);
  if (!facts.roles.empty()) line.detail += fmt::format(" roles=[{}]", list_of(facts.roles));
  if (!facts.scopes.empty()) line.detail += fmt::format(" scopes=[{}]", list_of(facts.scopes));
  if (facts.expires != 0) {
    line.remark = "expires in " + span_text((facts.expires - facts.time) / 1'000'000);
  }
}

// "roles lab ∈ [lab, admin]". Who has none that is asked for is shown with all that he has.
void tell_access(const Step& step, const StepFacts& facts, ExplainLine& line) {
  const auto has = [](const Words& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  if (!facts.needed_roles.empty()) {
    Words held;
    for (const auto& role : facts.roles) {
      if (has(facts.needed_roles, role)) held.push_back(role);
    }
    const bool in = !held.empty();
    const Words& shown = in ? held : facts.roles;
    line.summary = fmt::format("roles {} {} [{}]", shown.empty() ? "none" : list_of(shown),
                               in ? "∈" : "∉", list_of(facts.needed_roles));
  }
  if (!facts.needed_scopes.empty()) {
    const bool in = std::all_of(facts.needed_scopes.begin(), facts.needed_scopes.end(),
                                [&](const auto& scope) { return has(facts.scopes, scope); });
    if (!line.summary.empty()) line.summary += ", ";
    line.summary += fmt::format("scopes [{}] {} [{}]", list_of(facts.needed_scopes), in ? "⊆" : "⊈",
                                list_of(facts.scopes));
  }
  if (step.verdict != Verdict::passed) line.summary += fmt::format(": {}", step.why);
}

void tell_threat(const Step& step, ExplainLine& line) {
  line.summary = step.why;
  if (step.verdict == Verdict::passed) return;
  line.summary = step.rule;
  line.detail = step.verdict == Verdict::refused ? "blocked" : "observed";
  line.remark = fmt::format("{}: {}", step.why, step.detail);
}

// "12 of 500 used, window ends in 31m".
std::string tally_text(const LimitFacts& limit, UnixMicros now) {
  const std::uint64_t used =
      limit.allowed ? limit.used - std::min(limit.used, std::uint64_t{limit.cost}) : limit.used;
  std::string text = fmt::format("{} of {} used", used, limit.limit);
  if (limit.cost != 1) text += fmt::format(", this costs {}", limit.cost);
  if (limit.limit < limit.capacity) {
    text += fmt::format(", shrunk from {} under load", limit.capacity);
  }
  if (!limit.allowed) {
    const bool observed = limit.verdict == Verdict::observed;
    text += fmt::format(", {} {}", observed ? "only observed, would refuse for" : "passes again in",
                        span_text(limit.retry_after));
  } else if (used != 0 || !limit.bucket) {
    const std::int64_t left = std::max<std::int64_t>(limit.reset - now / 1'000'000, 0);
    text +=
        fmt::format(", {} in {}", limit.bucket ? "empty again" : "window ends", span_text(left));
  }
  return text;
}

std::string_view label_of(Stage stage) {
  switch (stage) {
    case Stage::networks:
      return "networks";
    case Stage::route:
      return "route";
    case Stage::cors:
      return "cors";
    case Stage::request:
      return "request";
    case Stage::threats:
      return "threats";
    case Stage::limit:
      return "limit";
    case Stage::auth:
      return "auth";
    case Stage::access:
      return "access";
    case Stage::csrf:
      return "csrf";
    case Stage::answer:
      return "answer";
    case Stage::cache:
      return "cache";
  }
  return "";
}

}  // namespace

ExplainLine::Kind kind_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return Kind::passed;
    case Verdict::refused:
      return Kind::refused;
    case Verdict::observed:
      return Kind::observed;
    case Verdict::answered:
      return Kind::answered;
  }
  return Kind::passed;
}

ExplainLine line_of(const Step& step, const StepFacts& facts) {
  ExplainLine line{kind_of(step.verdict), std::string(label_of(step.stage)), "", "", "", ""};
  switch (step.stage) {
    case Stage::networks:
      tell_network(step, line);
      break;
    case Stage::cors:
      tell_cors(step, facts, line);
      break;
    case Stage::auth:
      tell_auth(step, facts, line);
      break;
    case Stage::access:
      tell_access(step, facts, line);
      break;
    case Stage::threats:
      tell_threat(step, line);
      break;
    default:
      line.summary = step.why;
      line.detail = step.detail;
      break;
  }
  return line;
}

ExplainLine line_of(const LimitFacts& limit, UnixMicros now) {
  return {kind_of(limit.verdict), "limit",    std::string(limit.name), limit.counted_by,
          tally_text(limit, now), limit.place};
}

std::string span_text(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  const auto whole = [&](std::int64_t unit) { return (seconds + unit / 2) / unit; };
  if (seconds < 2 * kMinute) return fmt::format("{}s", seconds);
  if (whole(kMinute) < 2 * kHour / kMinute) return fmt::format("{}m", whole(kMinute));
  if (whole(kHour) < 2 * kDay / kHour) return fmt::format("{}h", whole(kHour));
  return fmt::format("{}d", whole(kDay));
}

}  // namespace gateway::decision
