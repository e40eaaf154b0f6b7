#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "shared/decision/load.h"

namespace gateway::decision {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// tests/golden/routes/<case>: input.toml, and in expected.txt what `validate` says about it.
// GATEWAYD_UPDATE_GOLDEN=1 writes expected.txt anew; read the difference before it is committed.
TEST_CASE("golden: what is said about routes") {
  const std::filesystem::path folder = std::filesystem::path(GATEWAYD_TESTS_DIR) / "golden/routes";
  const bool update = std::getenv("GATEWAYD_UPDATE_GOLDEN") != nullptr;
  const std::set<std::filesystem::path> cases{std::filesystem::directory_iterator(folder), {}};
  CHECK(cases.size() >= 8);
  for (const auto& path : cases) {
    CAPTURE(path.filename().string());
    const config::Environment environment{[](std::string_view) { return std::nullopt; }};
    const auto loaded =
        decision::load_text("gatewayd.toml", read(path / "input.toml"), environment);
    const std::string said = config::render_text(loaded.diagnostics, false);
    CHECK(loaded.config.has_value() == (loaded.diagnostics.errors() == 0));
    if (update) std::ofstream(path / "expected.txt") << said;
    CHECK(said == read(path / "expected.txt"));
  }
}

}  // namespace
}  // namespace gateway::decision
