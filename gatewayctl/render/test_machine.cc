#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gatewayctl/render/annotation.h"
#include "gatewayctl/render/test_report.h"
#include "gatewayctl/render/views.h"
#include "shared/base/markup.h"
#include "shared/control/explain_message.h"

namespace gateway::ctl {
namespace {

using nlohmann::ordered_json;

const std::string& path_of(const config::Diagnostics& findings, const config::Diagnostic& item,
                           const std::string& otherwise) {
  return item.place.file < findings.files.size() ? findings.files[item.place.file].path : otherwise;
}

ordered_json test_document(const TestedFile& file, const suite::Test& test, const suite::Ran& ran) {
  ordered_json failures = ordered_json::array();
  for (const suite::Failure& failure : ran.failures) {
    failures.push_back({{"expectation", failure.what},
                        {"expected", failure.expected},
                        {"got", failure.got},
                        {"file", file.path},
                        {"line", failure.place.line},
                        {"column", failure.place.column}});
  }
  return {
      {"name", test.name},
      {"file", file.path},
      {"line", test.place.line},
      {"passed", ran.failures.empty()},
      {"failures", std::move(failures)},
      {"requests", test.repeat},
      {"first_limited", ran.first_limited == 0 ? ordered_json() : ordered_json(ran.first_limited)},
      {"limited", ran.limited},
      {"explained", ran.explained},
      {"explanation", control::to_document(ran.explanation)}};
}

std::string junit_case(const TestedFile& file, const suite::Test& test, const suite::Ran& ran) {
  std::string out =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
                  escape_attribute(file.path), escape_attribute(test.name),
                  escape_attribute(file.path), test.place.line);
  if (ran.failures.empty()) return out + "/>\n";
  std::string text;
  for (const suite::Failure& failure : ran.failures) {
    text += fmt::format("{}:{}:{}: {}\n", file.path, failure.place.line, failure.place.column,
                        failure_text(failure));
  }
  return out + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                           escape_attribute(failure_text(ran.failures.front())),
                           escape_markup(text + "\n" + render_explanation(ran.explanation, false)));
}

}  // namespace

nlohmann::ordered_json tests_document(const TestReport& report) {
  ordered_json files = ordered_json::array();
  for (const TestedFile& file : report.files) {
    ordered_json tests = ordered_json::array();
    for (std::size_t i = 0; i < file.runs.size(); ++i) {
      tests.push_back(test_document(file, file.suite->tests[i], file.runs[i]));
    }
    const auto found = ordered_json::parse(config::render_json(file.findings));
    files.push_back({{"file", file.path},
                     {"config", file.config},
                     {"ran", file.suite.has_value()},
                     {"tests", std::move(tests)},
                     {"diagnostics", found["diagnostics"]}});
  }
  ordered_json coverage = ordered_json::array();
  for (const TestedConfig& config : report.configs) {
    coverage.push_back({{"config", config.path},
                        {"routes", config.coverage.routes},
                        {"covered", config.coverage.covered()},
                        {"percent", config.coverage.percent()},
                        {"untested", config.coverage.untested}});
  }
  return {{"format", 1},
          {"passed", report.passed()},
          {"failed", report.failed()},
          {"broken", report.broken()},
          {"files", std::move(files)},
          {"coverage", std::move(coverage)},
          {"notes", report.notes}};
}

std::string tests_junit(const TestReport& report) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\" "
      "errors=\"{}\">\n",
      report.passed() + report.failed(), report.failed(), report.broken());
  for (const TestedFile& file : report.files) {
    std::string cases;
    std::size_t failed = 0;
    for (std::size_t i = 0; i < file.runs.size(); ++i) {
      failed += file.runs[i].failures.empty() ? 0 : 1;
      cases += junit_case(file, file.suite->tests[i], file.runs[i]);
    }
    if (!file.suite) {
      cases = fmt::format(
          "    <testcase classname=\"{}\" name=\"reading it\">\n"
          "      <error message=\"{}\">{}</error>\n    </testcase>\n",
          escape_attribute(file.path), escape_attribute(config::first_error(file.findings)),
          escape_markup(config::render_text(file.findings, false)));
    }
    out += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n{}  </testsuite>\n",
        escape_attribute(file.path), file.suite ? file.runs.size() : 1, failed, file.suite ? 0 : 1,
        cases);
  }
  return out + "</testsuites>\n";
}

std::string tests_github(const TestReport& report) {
  std::string out;
  for (const TestedFile& file : report.files) {
    for (const config::Diagnostic& item : file.findings.items) {
      if (file.suite || item.severity != config::Severity::error) continue;
      out += annotation("error", path_of(file.findings, item, file.path), item.place, item.id,
                        item.hint.empty() ? item.message : item.message + "; " + item.hint);
    }
    for (std::size_t i = 0; i < file.runs.size(); ++i) {
      for (const suite::Failure& failure : file.runs[i].failures) {
        out += annotation(
            "error", file.path, failure.place, file.suite->tests[i].name,
            failure_text(failure) + "\n" + render_explanation(file.runs[i].explanation, false));
      }
    }
  }
  out += counts_text(report) + "\n";
  for (const TestedConfig& config : report.configs) out += coverage_text(config) + "\n";
  return out;
}

}  // namespace gateway::ctl
