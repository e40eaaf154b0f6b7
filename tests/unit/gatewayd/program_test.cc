#include "gatewayd/program.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/unit/shared/store/scratch.h"

using namespace gateway;
using namespace std::chrono_literals;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool ends(const Detached& started) {
  pollfd handle{started.handle.get(), POLLIN, 0};
  return has_ended(started) || ::poll(&handle, 1, 10'000) == 1;
}

}  // namespace

TEST_CASE("program: the one that runs is known by its path") {
  CHECK(running_program().ends_with("test_gatewayd"));
}

TEST_CASE("program: what it says and how it ends is told") {
  const auto said = run_program({"/bin/sh", "-c", "echo out; echo err >&2; exit 7"}, 10s);
  REQUIRE(said.ok());
  CHECK(said->status == 7);
  CHECK(said->said == "out\nerr\n");
  const auto killed = run_program({"/bin/sh", "-c", "kill -KILL $$"}, 10s);
  REQUIRE(killed.ok());
  CHECK(killed->status == 128 + 9);
}

TEST_CASE("program: what it says is bounded, and it may say more") {
  const auto most = run_program({"/bin/sh", "-c", "head -c 65536 /dev/zero | tr '\\0' x"}, 10s);
  REQUIRE(most.ok());
  CHECK(most->said.size() == 65536);
  const auto more = run_program({"/bin/sh", "-c", "head -c 65537 /dev/zero | tr '\\0' x"}, 10s);
  REQUIRE(more.ok());
  CHECK(more->said.size() == 65536);
  CHECK(more->status == 0);
}

TEST_CASE("program: one that does not end is ended, and one that is not there is named") {
  const auto endless = run_program({"/bin/sleep", "1000"}, 50ms);
  REQUIRE_FALSE(endless.ok());
  CHECK(endless.error().starts_with("/bin/sleep did not end within "));
  const auto missing = run_program({"/nonexistent/program"}, 10s);
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error() == "/nonexistent/program cannot be started: No such file or directory");
  const auto apart = start_detached({"/nonexistent/program"}, "");
  REQUIRE_FALSE(apart.ok());
  CHECK(apart.error() == missing.error());
}

TEST_CASE(
    "program: a detached one is nobody's child, and gets no descriptor and not the variable") {
  const Scratch scratch;
  const std::string told = scratch.path() + ".told";
  ::setenv("PROGRAM_TEST_WITHOUT", "x", 1);
  ::setenv("PROGRAM_TEST_WITH", "y", 1);
  // Not close-on-exec, and not a number that the shell gives to a pipe of its own.
  const int leaked = ::fcntl(STDERR_FILENO, F_DUPFD, 100);
  const std::string script = "ls /proc/$$/fd | tr '\\n' ' ' >" + told + ".fds; echo \"$PPID" +
                             " [$PROGRAM_TEST_WITHOUT] [$PROGRAM_TEST_WITH]\" >" + told;
  const auto started = start_detached({"/bin/sh", "-c", script}, "PROGRAM_TEST_WITHOUT");
  ::close(leaked);
  REQUIRE(started.ok());
  CHECK(started->process > 0);
  CHECK(ends(*started));
  const std::string said = content(told);
  CHECK(said.ends_with(" [] [y]\n"));
  CHECK(std::stoi(said) != ::getpid());
  CHECK(content(told + ".fds").find(" " + std::to_string(leaked) + " ") == std::string::npos);
  ::unlink(told.c_str());
  ::unlink((told + ".fds").c_str());
}
