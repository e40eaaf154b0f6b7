#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "shared/config/load.h"

namespace fs = std::filesystem;
using namespace gateway::config;

namespace {

constexpr const char* kMain = R"(
include = ["conf.d/*.toml"]
[listeners.public]
address = "127.0.0.1:8000"
[gateway]
workers = 2
)";
constexpr const char* kPart = R"(
[services.a]
instances = ["http://127.0.0.1:1"]
[routes.a]
path = "/a"
service = "a"
)";

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "gwd-on-disk-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
    fs::create_directory(path_ / "conf.d");
    write("gatewayd.toml", kMain);
    write("conf.d/a.toml", kPart);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string main() const { return path_ / "gatewayd.toml"; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }
  void remove(const std::string& name) const { fs::remove(path_ / name); }

 private:
  fs::path path_;
};

const Environment kNone{[](std::string_view) { return std::nullopt; }};

}  // namespace

TEST_CASE("a config is on the disk as long as its files say the same and no other comes") {
  const Folder folder;
  const Loaded loaded = load(folder.main(), kNone);
  INFO(render_text(loaded.diagnostics, false));
  REQUIRE(loaded.config);
  const Config& config = *loaded.config;
  CHECK(config.include == std::vector<std::string>{"conf.d/*.toml"});
  CHECK(is_on_disk(config, folder.main()));

  folder.write("conf.d/b.toml", "");
  CHECK_FALSE(is_on_disk(config, folder.main()));
  folder.remove("conf.d/b.toml");
  folder.write("conf.d/a.toml", std::string(kPart) + "# edited\n");
  CHECK_FALSE(is_on_disk(config, folder.main()));
  folder.remove("conf.d/a.toml");
  CHECK_FALSE(is_on_disk(config, folder.main()));
  folder.write("conf.d/a.toml", kPart);
  folder.write("gatewayd.toml", std::string(kMain) + "\n");
  CHECK_FALSE(is_on_disk(config, folder.main()));
  folder.write("gatewayd.toml", kMain);
  CHECK(is_on_disk(config, folder.main()));
}

TEST_CASE("a candidate that was written is on the disk, whatever it was called") {
  const Folder folder;
  const Candidate candidate{
      "candidate.toml", std::string(kMain) + "# new\n", folder.main(), {}, false};
  const Loaded loaded = load(candidate, kNone);
  REQUIRE(loaded.config);
  CHECK_FALSE(is_on_disk(*loaded.config, folder.main()));
  folder.write("gatewayd.toml", candidate.text);
  CHECK(is_on_disk(*loaded.config, folder.main()));
}

TEST_CASE("what sections say, without the others") {
  const Folder folder;
  const Loaded loaded = load(folder.main(), kNone);
  REQUIRE(loaded.config);
  constexpr std::string_view kSections[] = {"gateway", "store"};
  const auto some = read_effective(loaded.config->files, kSections, kNone);
  REQUIRE(some);
  REQUIRE(some->tables.size() == 1);
  CHECK(some->tables[0].name == "gateway");
  REQUIRE(some->tables[0].values.size() == 1);
  CHECK(some->tables[0].values[0].name == "workers");
  CHECK(some->tables[0].values[0].text == "2");
  const auto all = read_effective(loaded.config->files, kNone);
  REQUIRE(all);
  CHECK(all->tables.size() == 4);
}
