#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "shared/decision/key_files.h"
#include "shared/decision/load.h"

namespace gateway::decision {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// tests/golden/key_files/<case>: input.toml beside the files that it names, and in expected.txt
// what `gatewayd --check` says about them. GATEWAYD_UPDATE_GOLDEN=1 writes expected.txt anew; read
// the difference before it is committed.
TEST_CASE("golden: what is said about files of keys and certificates") {
  const fs::path folder = fs::path(GATEWAYD_TESTS_DIR) / "golden/key_files";
  const std::set<fs::path> cases{fs::directory_iterator(folder), {}};
  CHECK(!cases.empty());
  for (const auto& path : cases) {
    CAPTURE(path.filename().string());
    const config::Environment environment{[](std::string_view) { return std::nullopt; }};
    const fs::path before = fs::current_path();
    fs::current_path(path);  // so that paths are shown as who stands in the folder sees them
    auto loaded = decision::load("input.toml", environment);
    REQUIRE(loaded.config);
    load_key_files(*loaded.config, environment, loaded.diagnostics);
    fs::current_path(before);
    const std::string said = config::render_text(loaded.diagnostics, false);
    if (std::getenv("GATEWAYD_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(path / "expected.txt") << said;
    }
    CHECK(said == read(path / "expected.txt"));
  }
}

}  // namespace
}  // namespace gateway::decision
