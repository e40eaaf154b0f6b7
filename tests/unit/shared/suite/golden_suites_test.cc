#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/unit/shared/suite/suites.h"

namespace gateway::suite {
namespace {

std::string read_all(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// tests/golden/suites/<case>: input.toml, and in expected.txt what `gatewayctl test` says about it.
// GATEWAYD_UPDATE_GOLDEN=1 writes expected.txt anew; read the difference before it is committed.
TEST_CASE("golden: what is said about files of tests") {
  const auto folder = std::filesystem::path(GATEWAYD_TESTS_DIR) / "golden/suites";
  const std::set<std::filesystem::path> cases{std::filesystem::directory_iterator(folder), {}};
  CHECK(cases.size() >= 2);
  for (const auto& path : cases) {
    CAPTURE(path.filename().string());
    const Read read = read_text("gatewayd.test.toml", read_all(path / "input.toml"), kNothingSet);
    CHECK(read.suite.has_value() == (read.diagnostics.errors() == 0));
    const std::string said = config::render_text(read.diagnostics, false);
    if (std::getenv("GATEWAYD_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(path / "expected.txt") << said;
    }
    CHECK(said == read_all(path / "expected.txt"));
  }
}

}  // namespace
}  // namespace gateway::suite
