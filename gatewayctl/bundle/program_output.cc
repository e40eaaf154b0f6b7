#include "gatewayctl/bundle/program_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

extern char** environ;

namespace gateway::ctl {
namespace {

// Starts it with stdout at `fd` and nothing to read; 0 or an errno.
int start(const std::vector<std::string>& command, int fd, pid_t& pid) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const int failure =
      ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return failure;
}

// Reads to the end of `fd`; false when that took longer than `patience`.
bool read_all(int fd, std::size_t most, milliseconds patience, std::string& out) {
  const SteadyTime until = SystemClock().steady_now() + patience;
  std::array<char, 64 * 1024> part;
  for (;;) {
    const auto rest = std::chrono::ceil<milliseconds>(until - SystemClock().steady_now());
    pollfd wait{fd, POLLIN, 0};
    if (rest <= 0ms || ::poll(&wait, 1, static_cast<int>(rest.count())) <= 0) return false;
    const ssize_t got = ::read(fd, part.data(), part.size());
    if (got <= 0) return got == 0;
    out.append(part.data(), static_cast<std::size_t>(got));
    if (out.size() > 2 * most) out.erase(0, out.size() - most);
  }
}

}  // namespace

Result<std::string, NoOutput> program_output(const std::vector<std::string>& command,
                                             std::size_t most, milliseconds patience) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return NoOutput{std::strerror(errno)};
  pid_t pid = 0;
  const int failure = start(command, pipe[1], pid);
  ::close(pipe[1]);
  std::string out;
  const bool ended = failure == 0 && read_all(pipe[0], most, patience, out);
  ::close(pipe[0]);
  if (failure != 0)
    return NoOutput{fmt::format("{} cannot be run: {}", command[0], std::strerror(failure))};
  if (!ended) ::kill(pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!ended) return NoOutput{fmt::format("{} took too long", command[0])};
  if (status != 0 && out.empty()) return NoOutput{fmt::format("{} failed", command[0])};
  if (out.size() > most) out.erase(0, out.size() - most);
  return out;
}

}  // namespace gateway::ctl
