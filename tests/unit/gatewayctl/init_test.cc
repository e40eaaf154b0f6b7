#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gatewayctl/commands.h"
#include "gatewayctl/dispatch.h"
#include "gatewayctl/render/doctor_view.h"
#include "shared/config/starting_config.h"
#include "tests/unit/gatewayctl/screen.h"
#include "tests/unit/shared/store/scratch.h"

using namespace gateway::ctl;

namespace {

constexpr const Command* kTable[] = {&kInit};

struct Ran {
  int status;
  std::string out;
  std::string err;
};

Ran init(std::vector<std::string> words) {
  words.insert(words.begin(), "init");
  Screen screen;
  const int status = dispatch(kTable, words, screen.console);
  return {status, screen.out.str(), screen.err.str()};
}

std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("init writes a file that only its owner and group may read") {
  const Scratch scratch;
  const std::string path = scratch.path("new.toml");
  const Ran ran = init({path});
  CHECK(ran.status == kDone);
  CHECK(ran.out.find("gatewayctl validate " + path) != std::string::npos);
  CHECK(text_of(path) == gateway::config::starting_config(gateway::config::Home::machine));
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0137) == 0);
}

TEST_CASE("init overwrites nothing, not even a link that leads nowhere") {
  const Scratch scratch;
  const std::string path = scratch.path("mine.toml");
  std::ofstream(path) << "mine";
  const Ran ran = init({path});
  CHECK(ran.status == kFailed);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("is there already") != std::string::npos);
  CHECK(text_of(path) == "mine");
  std::filesystem::create_symlink(scratch.path("nowhere"), scratch.path("link"));
  CHECK(init({scratch.path("link")}).status == kFailed);
  CHECK_FALSE(std::filesystem::exists(scratch.path("nowhere")));
  CHECK(init({scratch.path("none/x.toml")}).err.find("create its folder") != std::string::npos);
}

TEST_CASE("init --stdout writes no file; --here keeps everything in the folder") {
  const Ran ran = init({"--stdout", "--here"});
  CHECK(ran.status == kDone);
  CHECK(ran.out == gateway::config::starting_config(gateway::config::Home::here));
  CHECK(init({"--stdout", "x.toml"}).status == kUsage);
  const Scratch scratch;
  const Ran json = init({scratch.path("x.toml"), "-o", "json"});
  CHECK(nlohmann::json::parse(json.out) ==
        nlohmann::json{{"format", 1}, {"path", scratch.path("x.toml")}});
}

TEST_CASE("doctor: what to do stands below what is not well, and all is counted") {
  using doctor::State;
  const doctor::Findings findings{{State::ok, "port", "127.0.0.1:8000 is free", {}},
                                  {State::warn, "clock", "not synchronised", "synchronise it"},
                                  {State::fail, "disk", "full\x1b[2J", "make room"}};
  CHECK(render_findings(findings, false) ==
        "ok    port   127.0.0.1:8000 is free\n"
        "warn  clock  not synchronised\n"
        "             → synchronise it\n"
        "fail  disk   full\\x1b[2J\n"
        "             → make room\n"
        "\n1 ok, 1 warning, 1 failure\n");
  CHECK(render_findings(findings, true).find("\x1b[31mfail\x1b[0m") != std::string::npos);
  const auto json = findings_json(findings);
  CHECK(json["failures"] == 1);
  CHECK(json["checks"][1]["next"] == "synchronise it");
  CHECK_FALSE(json["checks"][0].contains("next"));
}
