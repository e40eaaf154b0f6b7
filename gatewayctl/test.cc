#include <fmt/format.h>

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/render/test_report.h"
#include "gatewayctl/test_run.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--config", 0, "FILE", "the configuration under test, whatever the files name", {}},
    Option{"--min-coverage", 0, "PERCENT", "fail when fewer of the routes are tested", "50 80 100"},
};

constexpr std::size_t kNoMinimum = 0;
constexpr std::size_t kAll = 100;

// Nothing: it is no whole number from 0 to 100.
std::optional<std::size_t> percent_of(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > kAll) return {};
  return number;
}

void print(const Invocation& invocation, const TestReport& report) {
  std::ostream& out = invocation.console.out;
  const std::string_view form = invocation.output();
  if (form == "json") {
    out << tests_document(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
        << '\n';
  } else if (form == "junit") {
    out << tests_junit(report);
  } else if (form == "github") {
    out << tests_github(report);
  } else {
    out << render_tests(report, invocation.colour_out());
  }
  for (const std::string& note : report.notes) {
    invocation.console.err << "note: " << config::visible(note) << '\n';
  }
}

int run(const Invocation& invocation) {
  std::size_t least = kNoMinimum;
  if (const auto wanted = invocation.value("--min-coverage")) {
    const auto percent = percent_of(*wanted);
    if (!percent) return usage_error(invocation, "--min-coverage takes a number from 0 to 100");
    least = *percent;
  }
  const TestReport report =
      run_tests(invocation.operands, std::string(invocation.value("--config").value_or("")),
                config::process_environment());
  print(invocation, report);
  if (report.broken() > 0) return kBadConfig;
  if (report.percent() < least) {
    invocation.console.err << fmt::format(
        "gatewayctl test: {} % of the routes are tested, --min-coverage asks for {} %\n",
        report.percent(), least);
    return kFailed;
  }
  return report.failed() > 0 ? kFailed : kDone;
}

}  // namespace

constexpr Command kTest = {
    .name = "test",
    .operands = "FILE...",
    .summary = "run the tests of a configuration: requests, and what has to come of them",
    .about =
        "Each [[test]] of a FILE is a request and its expectations: the route, the service and "
        "the\n"
        "path it goes to, or the answer of the gateway; and with repeat and every, what limits do\n"
        "in virtual time. Decides as the daemon does, with the same code. Needs no daemon, no\n"
        "network, no root, and writes nothing. Exits with 1 when a test fails, with 78 when the\n"
        "configuration or a FILE has errors. gatewayctl-test(1) lists the keys of a test.",
    .example =
        "gatewayctl test tests/shop.test.toml\n"
        "gatewayctl test shop.test.toml --config gatewayd.toml --min-coverage 80\n"
        "gatewayctl test shop.test.toml limits.test.toml -o junit > results.xml\n"
        "gatewayctl test shop.test.toml -o github",
    .options = kOptions,
    .outputs = "text json junit github",
    .operand_words = "",
    .run = run,
    .group = "Before it runs",
};

}  // namespace gateway::ctl
