// Runs every folder of tests/golden/config: input.toml (and what it includes) is loaded, and what
// `gatewayctl validate` would print must be expected.txt, or expected.json where that stands.
// GATEWAYD_UPDATE_GOLDEN=1 writes the expectations anew, to be read before they are committed.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "shared/config/load.h"

namespace fs = std::filesystem;
using namespace gateway::config;

namespace {

const fs::path kFolder = fs::path(GATEWAYD_TESTS_DIR) / "golden" / "config";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What golden inputs may ask for, instead of what the machine happens to have set.
Environment fixed_environment() {
  return {[](std::string_view name) -> std::optional<std::string> {
    if (name == "PORT") return "8080";
    if (name == "EMPTY") return "";
    if (name == "QUOTES") return "\"\nversion = 2";
    return std::nullopt;
  }};
}

// Stands in the case's folder for as long as it lives, so that paths are shown as a user sees them.
class InFolder {
 public:
  explicit InFolder(const fs::path& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~InFolder() { fs::current_path(before_); }
  InFolder(const InFolder&) = delete;
  InFolder& operator=(const InFolder&) = delete;

 private:
  fs::path before_;
};

Loaded load_case(const fs::path& folder) {
  const InFolder here(folder);
  return load("input.toml", fixed_environment());
}

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.is_directory()) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void compare(const fs::path& expected, const std::string& actual) {
  if (std::getenv("GATEWAYD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(expected, std::ios::binary) << actual;
  }
  INFO(expected.string());
  CHECK(read(expected) == actual);
}

}  // namespace

TEST_CASE("each golden input is reported as expected") {
  const auto all = cases();
  REQUIRE(all.size() >= 40);
  for (const fs::path& folder : all) {
    const Loaded loaded = load_case(folder);
    compare(folder / "expected.txt", render_text(loaded.diagnostics, false));
    if (fs::exists(folder / "expected.json")) {
      compare(folder / "expected.json", render_json(loaded.diagnostics) + "\n");
    }
    CHECK(loaded.config.has_value() == (loaded.diagnostics.errors() == 0));
  }
}

TEST_CASE("the contract is served whole") {
  const Loaded loaded = load_case(kFolder / "contract");
  CHECK(loaded.config.has_value());
  CHECK(loaded.diagnostics.items.empty());
}
