#include "gatewayd/journal/daemon_log.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "gatewayd/journal/log_line.h"
#include "tests/unit/shared/store/scratch.h"

using namespace gateway;
using namespace gateway::journal;

namespace {

constexpr UnixMicros kTime = 1'767'225'600'000'042;  // 2026-01-01

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a line as text and as JSON") {
  CHECK(log_line(Format::text, kTime, Level::warning, "journal suspended",
                 {{"path", "/var/lib/g.db"}, {"why", "disk \"full\""}, {"empty", ""}}) ==
        R"(2026-01-01T00:00:00.000042Z warning journal suspended path=/var/lib/g.db )"
        R"(why="disk \"full\"" empty="")");
  CHECK(log_line(Format::json, kTime, Level::error, "a \"b\" \\", {{"n", "1"}, {"x", "\n\xff"}}) ==
        R"({"timestamp":"2026-01-01T00:00:00.000042Z","level":"error","logger":"gatewayd",)"
        R"("message":"a \"b\" \\","n":"1","x":"%0A%FF"})");
}

TEST_CASE("levels below the set one are left out, and the level can change") {
  const Scratch scratch;
  auto log = DaemonLog::open({Level::warning, Format::text, scratch.path("log")});
  REQUIRE(log.ok());
  (*log)->info("not this");
  (*log)->warning("this");
  (*log)->set_level(Level::debug);
  (*log)->set_format(Format::json);
  (*log)->debug("and this");
  const auto lines = lines_of(scratch.path("log"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with("warning this"));
  CHECK(lines[1].ends_with(R"("level":"debug","logger":"gatewayd","message":"and this"})"));
}

TEST_CASE("after a rotation reopen() writes to the new file; when that fails the old one goes on") {
  const Scratch scratch;
  const std::string folder = scratch.path("logs");
  std::filesystem::create_directory(folder);
  const std::string path = folder + "/log";
  auto log = DaemonLog::open({Level::info, Format::text, path});
  REQUIRE(log.ok());
  (*log)->info("one");
  std::filesystem::rename(path, scratch.path("log.1"));
  (*log)->info("two");
  REQUIRE((*log)->reopen().ok());
  (*log)->info("three");
  CHECK(lines_of(scratch.path("log.1")).size() == 2);
  CHECK(lines_of(path).size() == 1);
  std::filesystem::rename(folder, scratch.path("moved"));
  const auto failed = (*log)->reopen();
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().message.find(path) != std::string::npos);
  (*log)->info("four");
  CHECK(lines_of(scratch.path("moved/log")).size() == 2);
}

TEST_CASE("a file that cannot be made is an error that says where and why") {
  const Scratch scratch;
  const auto log = DaemonLog::open({Level::info, Format::text, scratch.path("none/log")});
  REQUIRE_FALSE(log.ok());
  CHECK(log.error().message.find("none/log: No such file") != std::string::npos);
}

TEST_CASE("lines of several threads stay whole, also over reopen()") {
  const Scratch scratch;
  auto log = DaemonLog::open({Level::info, Format::text, scratch.path("log")});
  REQUIRE(log.ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) (*log)->info("a line", {{"field", std::string(100, 'x')}});
    });
  }
  for (int i = 0; i < 20; ++i) REQUIRE((*log)->reopen().ok());
  for (std::thread& thread : threads) thread.join();
  const auto lines = lines_of(scratch.path("log"));
  CHECK(lines.size() == 800);
  const std::string end = "info a line field=" + std::string(100, 'x');
  CHECK(std::all_of(lines.begin(), lines.end(),
                    [&](const std::string& line) { return line.ends_with(end); }));
}
