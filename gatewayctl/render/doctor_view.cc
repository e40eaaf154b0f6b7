#include "gatewayctl/render/doctor_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gatewayctl/render/colour.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

using doctor::Finding;
using doctor::State;

struct Look {
  std::string_view word;
  Colour colour;
};

Look look_of(State state) {
  switch (state) {
    case State::ok:
      return {"ok", Colour::green};
    case State::warn:
      return {"warn", Colour::yellow};
    case State::fail:
      return {"fail", Colour::red};
  }
  return {"", Colour::none};
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::size_t count_of(const doctor::Findings& findings, State state) {
  const auto count = std::ranges::count(findings, state, &Finding::state);
  return static_cast<std::size_t>(count);
}

std::string render_findings(const doctor::Findings& findings, bool colour) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.check.size());
  std::string out;
  for (const Finding& finding : findings) {
    const auto [word, shade] = look_of(finding.state);
    out += fmt::format("{}{:{}}  {:{}}  {}\n", paint(word, shade, colour), "", 4 - word.size(),
                       finding.check, width, config::visible(finding.message));
    if (finding.next.empty()) continue;
    out += fmt::format("{:{}}→ {}\n", "", 4 + 2 + width + 2, config::visible(finding.next));
  }
  return out + fmt::format("\n{} ok, {}, {}\n", count_of(findings, State::ok),
                           counted(count_of(findings, State::warn), "warning"),
                           counted(count_of(findings, State::fail), "failure"));
}

nlohmann::json findings_json(const doctor::Findings& findings) {
  nlohmann::json checks = nlohmann::json::array();
  for (const Finding& finding : findings) {
    nlohmann::json check{{"check", finding.check},
                         {"state", look_of(finding.state).word},
                         {"message", finding.message}};
    if (!finding.next.empty()) check["next"] = finding.next;
    checks.push_back(std::move(check));
  }
  return {{"format", 1},
          {"ok", count_of(findings, State::ok)},
          {"warnings", count_of(findings, State::warn)},
          {"failures", count_of(findings, State::fail)},
          {"checks", std::move(checks)}};
}

}  // namespace gateway::ctl
