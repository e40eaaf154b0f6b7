#include <fmt/format.h>

#include "gatewayctl/render/colour.h"
#include "gatewayctl/render/test_report.h"
#include "gatewayctl/render/views.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

constexpr std::size_t kNamedUntested = 12;

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out += fmt::format("    {}\n", line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out;
}

std::string request_text(const suite::Test& test, const suite::Ran& ran) {
  const auto& request = test.request;
  std::string text =
      fmt::format("{} {}{}{}{} from {}", request.method, request.authority, request.path,
                  request.has_query ? "?" : "", request.query, to_string(request.client));
  if (!request.user.empty()) text += " as " + request.user;
  if (test.token) text += " with a token of " + test.token->subject;
  if (test.repeat > 1) text += fmt::format(", request {} of {}", ran.explained, test.repeat);
  return config::visible(text);
}

std::string failures_text(const TestedFile& file, const suite::Test& test, const suite::Ran& ran,
                          bool colour) {
  std::string out;
  for (const suite::Failure& failure : ran.failures) {
    const config::Diagnostic item{
        config::Severity::error,
        "expect." + failure.what,
        fmt::format("{}: expected {}, got {}", test.name, failure.expected, failure.got),
        failure.place,
        {}};
    out += config::render_finding(file.findings, item, colour);
  }
  if (ran.explanation.lines.empty() && ran.explanation.decider.empty()) return out + "\n";
  return out + indented(request_text(test, ran)) +
         indented(render_explanation(ran.explanation, colour)) + "\n";
}

std::string file_text(const TestedFile& file, bool colour) {
  std::string out = config::visible(file.path) + "\n";
  if (!file.suite) return out + config::render_text(file.findings, colour) + "\n";
  std::string failures;
  for (std::size_t i = 0; i < file.runs.size(); ++i) {
    const suite::Test& test = file.suite->tests[i];
    const bool passed = file.runs[i].failures.empty();
    out += fmt::format(
        "  {}  {}\n",
        passed ? paint("ok  ", Colour::green, colour) : paint("FAIL", Colour::red, colour),
        config::visible(test.name));
    if (!passed) failures += failures_text(file, test, file.runs[i], colour);
  }
  return out + "\n" + failures;
}

}  // namespace

std::string failure_text(const suite::Failure& failure) {
  return config::visible(
      fmt::format("{}: expected {}, got {}", failure.what, failure.expected, failure.got));
}

std::string counts_text(const TestReport& report) {
  std::string text = fmt::format("{} passed, {} failed", report.passed(), report.failed());
  if (const std::size_t broken = report.broken(); broken > 0) {
    text += fmt::format(", {} file{} could not run", broken, broken == 1 ? "" : "s");
  }
  return text;
}

std::string coverage_text(const TestedConfig& config) {
  const suite::Coverage& coverage = config.coverage;
  std::string text = fmt::format("routes covered {} of {}", coverage.covered(), coverage.routes);
  if (coverage.untested.empty()) return text;
  text += "; never tested: ";
  for (std::size_t i = 0; i < std::min(coverage.untested.size(), kNamedUntested); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", coverage.untested[i]);
  }
  if (coverage.untested.size() > kNamedUntested) {
    text += fmt::format(" and {} more", coverage.untested.size() - kNamedUntested);
  }
  return text;
}

std::string render_tests(const TestReport& report, bool colour) {
  std::string out;
  for (const TestedFile& file : report.files) out += file_text(file, colour);
  out += paint(counts_text(report),
               report.failed() + report.broken() > 0 ? Colour::red : Colour::green, colour) +
         "\n";
  for (const TestedConfig& config : report.configs) {
    if (report.configs.size() > 1) out += config::visible(config.path) + ": ";
    out += coverage_text(config) + "\n";
  }
  return out;
}

}  // namespace gateway::ctl
