#include <fmt/format.h>

#include <algorithm>

#include "shared/decision/explain_lines.h"

namespace gateway::decision {
namespace {

using Kind = ExplainLine::Kind;

Kind kind_of(Verdict verdict) {
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

std::string prefix_text(const Cidr& prefix) {
  constexpr unsigned kMapped = 96;
  const bool v4 = prefix.network.is_v4() && prefix.bits >= kMapped;
  return fmt::format("{}/{}", to_string(prefix.network), v4 ? prefix.bits - kMapped : prefix.bits);
}

void tell_network(const Step& step, ExplainLine& line) {
  line.summary = step.detail;
  const bool passed = step.verdict == Verdict::passed;
  line.detail = step.network == nullptr ? step.why
                                        : fmt::format("{} by {}", passed ? "allowed" : "denied",
                                                      prefix_text(*step.network));
}

void tell_cors(const Step& step, const Exchange& x, ExplainLine& line) {
  line.summary = step.why;
  const char* what = x.cors.is_preflight() ? "preflight" : "origin";
  if (step.verdict == Verdict::answered || x.cors.kind == policy::CorsVerdict::Kind::allowed) {
    line.summary = fmt::format("{} allowed", what);
    line.detail = x.cors.origin.empty() ? step.detail : x.cors.origin;
  } else if (step.verdict != Verdict::passed) {
    line.summary = fmt::format("{} refused", what);
    line.detail = fmt::format("{}: {}", step.detail, step.why);
    if (step.verdict == Verdict::observed) line.remark = "the answer carries no permission";
  }
}

void tell_auth(const Step& step, const Exchange& x, ExplainLine& line) {
  const std::string by(step.rule);
  if (step.verdict != Verdict::passed) {
    line.summary = by.empty() ? "refused" : by + " refused";
    line.detail = step.why;
    return;
  }
  line.summary = by.empty() ? std::string(step.why) : by + " " + step.why;
  if (x.identity == nullptr) return;
  line.detail = fmt::format("sub={}", x.identity->user);
  if (!x.identity->roles.empty()) {
    line.detail += fmt::format(" roles=[{}]", list_text(x.identity->roles));
  }
  if (!x.identity->scopes.empty()) {
    line.detail += fmt::format(" scopes=[{}]", list_text(x.identity->scopes));
  }
  if (x.identity->expires != 0) {
    line.remark = "expires in " + span_text((x.identity->expires - x.time) / 1'000'000);
  }
}

// "roles lab ∈ [lab, admin]". Who has none that is asked for is shown with all that he has.
void tell_access(const Step& step, const Exchange& x, ExplainLine& line) {
  static const std::vector<std::string> kNone;
  const policy::AccessRules& rules = x.route->access;
  const auto& roles = x.identity == nullptr ? kNone : x.identity->roles;
  const auto& scopes = x.identity == nullptr ? kNone : x.identity->scopes;
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  if (!rules.roles.empty()) {
    std::vector<std::string> held;
    for (const auto& role : roles) {
      if (has(rules.roles, role)) held.push_back(role);
    }
    const bool in = !held.empty();
    const auto& shown = in ? held : roles;
    line.summary = fmt::format("roles {} {} [{}]", shown.empty() ? "none" : list_text(shown),
                               in ? "∈" : "∉", list_text(rules.roles));
  }
  if (!rules.scopes.empty()) {
    const bool in = std::all_of(rules.scopes.begin(), rules.scopes.end(),
                                [&](const auto& scope) { return has(scopes, scope); });
    if (!line.summary.empty()) line.summary += ", ";
    line.summary += fmt::format("scopes [{}] {} [{}]", list_text(rules.scopes), in ? "⊆" : "⊈",
                                list_text(scopes));
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
  }
  return "";
}

ExplainLine line_of(const Step& step, const Exchange& x) {
  ExplainLine line{kind_of(step.verdict), std::string(label_of(step.stage)), "", "", "", ""};
  switch (step.stage) {
    case Stage::networks:
      tell_network(step, line);
      break;
    case Stage::cors:
      tell_cors(step, x, line);
      break;
    case Stage::auth:
      tell_auth(step, x, line);
      break;
    case Stage::access:
      tell_access(step, x, line);
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

}  // namespace

std::string place_text(const Snapshot& snapshot, const config::Place& place) {
  if (!place || place.file >= snapshot.config.files.size()) return {};
  return fmt::format("{}:{}", snapshot.config.files[place.file].path, place.line);
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

std::string list_text(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

void tell_steps(const Snapshot& snapshot, const Exchange& x, std::vector<ExplainLine>& lines) {
  std::size_t limits = 0;  // their verdicts stand in the order of their steps
  for (const Step& step : x.trace.steps()) {
    if (step.stage == Stage::route) {
      tell_route(snapshot, x, step, lines);
    } else if (step.stage == Stage::limit && limits < x.limits.all().size()) {
      lines.push_back(limit_line(snapshot, x, x.limits.all()[limits++]));
    } else {
      lines.push_back(line_of(step, x));
    }
  }
  if (x.trace.left_out() != 0) {
    lines.push_back(
        {Kind::passed, "", fmt::format("and {} more decisions", x.trace.left_out()), "", "", ""});
  }
}

}  // namespace gateway::decision
