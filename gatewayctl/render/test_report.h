#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "gatewayctl/test_run.h"

namespace gateway::ctl {

// What `gatewayctl test` prints, one function a format. Pure.

// Each test with its verdict; under each failure what was expected, what came, and every decision
// that led there; then the counts and the coverage.
std::string render_tests(const TestReport& report, bool colour);

// {"format":1,"passed":…,"failed":…,"files":[…],"coverage":[…]}
nlohmann::ordered_json tests_document(const TestReport& report);

// JUnit's XML as the Ant task writes it, which CI systems read: a suite a file, a case a test.
std::string tests_junit(const TestReport& report);

// A line for each failure in the form that GitHub's runner turns into an annotation of the place:
// "::error file=…,line=…,col=…,title=…::…"; then the counts.
std::string tests_github(const TestReport& report);

// "status: expected 401, got …"
std::string failure_text(const suite::Failure& failure);

// "11 passed, 1 failed"
std::string counts_text(const TestReport& report);

// "routes covered 7 of 9; never tested: legacy, rag"
std::string coverage_text(const TestedConfig& config);

}  // namespace gateway::ctl
