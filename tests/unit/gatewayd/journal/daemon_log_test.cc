#include "gatewayd/journal/daemon_log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "gatewayd/journal/log_line.h"
#include "shared/base/clock.h"
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
  CHECK(log_line(Format::text, kTime, Category::store, Level::warning, "journal suspended",
                 {{"path", "/var/lib/g.db"}, {"why", "disk \"full\""}, {"empty", ""}}) ==
        R"(2026-01-01T00:00:00.000042Z warning store: journal suspended path=/var/lib/g.db )"
        R"(why="disk \"full\"" empty="")");
  CHECK(log_line(Format::json, kTime, Category::system, Level::error, "a \"b\" \\",
                 {{"n", "1"}, {"x", "\n\xff"}}) ==
        R"({"timestamp":"2026-01-01T00:00:00.000042Z","level":"error","logger":"gatewayd.system",)"
        R"("message":"a \"b\" \\","n":"1","x":"%0A%FF"})");
}

TEST_CASE("a line of JSON about a request repeats it in the form of the gateways before") {
  const auto line = [](DaemonLog::Fields fields) {
    return log_line(Format::json, kTime, Category::request, Level::debug, "failed", fields);
  };
  CHECK(line({{"method", "GET"},
              {"url", "https://a.test/x\"y"},
              {"service", "samples"},
              {"status", "502"},
              {"response_time_ms", "2.417"}})
            .ends_with(R"(,"extra":{"method":"GET","url":"https://a.test/x\"y",)"
                       R"("service_name":"samples","status_code":502,"response_time_ms":2.417}})"));
  // Refused before there was a service.
  CHECK(line({{"method", "GET"}, {"url", "/x"}, {"service", ""}})
            .ends_with(R"(,"extra":{"method":"GET","url":"/x"}})"));
  CHECK(line({{"service", "samples"}, {"status", "1"}}).find("extra") == std::string::npos);
  CHECK(
      log_line(Format::text, kTime, Category::request, Level::debug, "failed", {{"method", "GET"}})
          .ends_with("failed method=GET"));
}

TEST_CASE("levels below the set one are left out, and the level can change") {
  const Scratch scratch;
  auto log = DaemonLog::open({all_at(Level::warning), Format::text, scratch.path("log")});
  REQUIRE(log.ok());
  (*log)->info("not this");
  (*log)->warning("this");
  (*log)->set_levels(all_at(Level::debug));
  (*log)->set_format(Format::json);
  (*log)->debug("and this");
  (*log)->flush();
  const auto lines = lines_of(scratch.path("log"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with("warning system: this"));
  CHECK(lines[1].ends_with(R"("level":"debug","logger":"gatewayd.system","message":"and this"})"));
}

TEST_CASE("each category has a level of its own") {
  const Scratch scratch;
  Levels levels = all_at(Level::warning);
  levels[static_cast<std::size_t>(Category::store)] = Level::debug;
  auto log = DaemonLog::open({levels, Format::text, scratch.path("log")});
  REQUIRE(log.ok());
  CHECK((*log)->wants(Category::store, Level::debug));
  CHECK_FALSE((*log)->wants(Category::request, Level::info));
  (*log)->about(Category::store).debug("written");
  (*log)->about(Category::service).info("left out");
  (*log)->about(Category::security).error("refused", {{"request_id", "0192"}});
  (*log)->flush();
  const auto lines = lines_of(scratch.path("log"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with("debug store: written"));
  CHECK(lines[1].ends_with("error security: refused request_id=0192"));
}

TEST_CASE("a target that takes nothing holds up nobody, and what is missing is told") {
  const Scratch scratch;
  const std::string pipe = scratch.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  auto log = DaemonLog::open({all_at(Level::info), Format::text, pipe, "", 64u << 10});
  REQUIRE(log.ok());
  const std::string filling(1000, 'x');
  for (int i = 0; i < 400; ++i) (*log)->info(filling);  // the pipe and the queue hold some 130
  CHECK((*log)->dropped() > 200);
  std::string taken;
  std::array<char, 4096> part;
  const auto read_all = [&] {
    for (ssize_t got; (got = ::read(reader, part.data(), part.size())) > 0;) {
      taken.append(part.data(), static_cast<std::size_t>(got));
    }
  };
  for (int i = 0; i < 60'000 && taken.find("dropped here") == std::string::npos; ++i) {
    read_all();
    (*log)->info("again");
    std::this_thread::sleep_for(milliseconds(1));
  }
  CHECK(taken.find("lines of the log were dropped here") != std::string::npos);
  const SteadyTime begun = SystemClock().steady_now();
  for (int i = 0; i < 400; ++i) (*log)->info(filling);
  log->reset();  // nobody reads: it gives up
  CHECK(SystemClock().steady_now() - begun < 10s);
  ::close(reader);
}

TEST_CASE("after a rotation reopen() writes to the new file; when that fails the old one goes on") {
  const Scratch scratch;
  const std::string folder = scratch.path("logs");
  std::filesystem::create_directory(folder);
  const std::string path = folder + "/log";
  auto log = DaemonLog::open({all_at(Level::info), Format::text, path});
  REQUIRE(log.ok());
  (*log)->info("one");
  std::filesystem::rename(path, scratch.path("log.1"));
  (*log)->info("two");
  REQUIRE((*log)->reopen().ok());
  (*log)->info("three");
  (*log)->flush();
  CHECK(lines_of(scratch.path("log.1")).size() == 2);
  CHECK(lines_of(path).size() == 1);
  std::filesystem::rename(folder, scratch.path("moved"));
  const auto failed = (*log)->reopen();
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().message.find(path) != std::string::npos);
  (*log)->info("four");
  (*log)->flush();
  CHECK(lines_of(scratch.path("moved/log")).size() == 2);
}

TEST_CASE("a file that cannot be made is an error that says where and why") {
  const Scratch scratch;
  const auto log = DaemonLog::open({all_at(Level::info), Format::text, scratch.path("none/log")});
  REQUIRE_FALSE(log.ok());
  CHECK(log.error().message.find("none/log: No such file") != std::string::npos);
}

TEST_CASE("lines of several threads stay whole, also over reopen()") {
  const Scratch scratch;
  auto log = DaemonLog::open({all_at(Level::info), Format::text, scratch.path("log")});
  REQUIRE(log.ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) (*log)->info("a line", {{"field", std::string(100, 'x')}});
    });
  }
  for (int i = 0; i < 20; ++i) REQUIRE((*log)->reopen().ok());
  for (std::thread& thread : threads) thread.join();
  (*log)->flush();
  const auto lines = lines_of(scratch.path("log"));
  CHECK(lines.size() == 800);
  const std::string end = "info system: a line field=" + std::string(100, 'x');
  CHECK(std::all_of(lines.begin(), lines.end(),
                    [&](const std::string& line) { return line.ends_with(end); }));
}
