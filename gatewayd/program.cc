#include "gatewayd/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

namespace gateway {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMostSaid = 64 * 1024;
constexpr int kSignalled = 128;  // as shells count

std::string cannot_start(const std::vector<std::string>& command, int error) {
  return fmt::format("{} cannot be started: {}", command.front(), std::strerror(error));
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

struct Pipe {
  Descriptor out;  // to read from
  Descriptor in;
};

Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {Descriptor(), Descriptor()};
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// Takes what comes until its end; false when the time is over before.
bool read_all(int from, steady_clock::time_point until, std::string& said) {
  std::array<char, 4096> block;
  for (;;) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    pollfd wait{from, POLLIN, 0};
    if (rest.count() <= 0 || ::poll(&wait, 1, static_cast<int>(rest.count())) == 0) return false;
    const ssize_t size = ::read(from, block.data(), block.size());
    if (size == 0) return true;
    if (size < 0 && errno != EINTR) return true;
    if (size < 0) continue;
    said.append(block.data(), std::min(static_cast<std::size_t>(size), kMostSaid - said.size()));
  }
}

int spawn(const std::vector<std::string>& command, int output, pid_t& process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error = ::posix_spawn(&process, command.front().c_str(), &actions, &attributes,
                                  pointers_to(command).data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

// What a started process says of itself: its number, or why it is none.
struct Birth {
  pid_t process = 0;
  int error = 0;
};

// Between fork and exec of a process with many threads only what is async-signal-safe may be
// called (signal-safety(7)).
[[noreturn]] void become(char* const* command, char* const* environment, int tell) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
  ::execve(command[0], command, environment);
  const Birth failed{0, errno};
  [[maybe_unused]] const ssize_t told = ::write(tell, &failed, sizeof(failed));
  ::_exit(1);
}

// The process in between ends at once, so the one it started belongs to whoever reaps orphans.
[[noreturn]] void leave_behind(char* const* command, char* const* environment, int tell) {
  const pid_t process = ::_Fork();
  if (process == 0) become(command, environment, tell);
  const Birth born{process, process < 0 ? errno : 0};
  [[maybe_unused]] const ssize_t told = ::write(tell, &born, sizeof(born));
  ::_exit(0);
}

}  // namespace

std::string running_program() {
  std::array<char, PATH_MAX> path;
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  std::string found(path.data(), static_cast<std::size_t>(std::max<ssize_t>(0, size)));
  // An upgrade may have replaced it while it started.
  constexpr std::string_view kDeleted = " (deleted)";
  if (found.ends_with(kDeleted)) found.resize(found.size() - kDeleted.size());
  return found;
}

Result<Ended, std::string> run_program(const std::vector<std::string>& command,
                                       std::chrono::milliseconds patience) {
  Pipe output = make_pipe();
  if (output.in.get() < 0) return cannot_start(command, errno);
  pid_t process = 0;
  if (const int error = spawn(command, output.in.get(), process); error != 0) {
    return cannot_start(command, error);
  }
  output.in = Descriptor();
  Ended ended;
  const bool in_time = read_all(output.out.get(), steady_clock::now() + patience, ended.said);
  if (!in_time) ::kill(process, SIGKILL);
  ended.status = wait_for(process);
  if (in_time) return ended;
  return fmt::format("{} did not end within {} s", command.front(), patience.count() / 1000);
}

Result<Detached, std::string> start_detached(const std::vector<std::string>& command,
                                             const std::string& without) {
  const std::vector<char*> arguments = pointers_to(command);
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with(without + "=")) environment.push_back(*entry);
  }
  environment.push_back(nullptr);
  Pipe tell = make_pipe();
  if (tell.in.get() < 0) return cannot_start(command, errno);
  const pid_t between = ::_Fork();
  if (between == 0) leave_behind(arguments.data(), environment.data(), tell.in.get());
  if (between < 0) return cannot_start(command, errno);
  tell.in = Descriptor();
  wait_for(between);
  Birth all{};
  Birth told{};
  while (::read(tell.out.get(), &told, sizeof(told)) == sizeof(told)) {
    if (told.error != 0) all.error = told.error;
    if (told.process > 0) all.process = told.process;
  }
  if (all.error != 0 || all.process == 0) return cannot_start(command, all.error);
  Detached started{all.process,
                   Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, all.process, 0)))};
  if (started.handle.get() < 0 && errno != ESRCH) return cannot_start(command, errno);
  return started;
}

bool has_ended(const Detached& started) {
  pollfd handle{started.handle.get(), POLLIN, 0};
  return handle.fd < 0 || ::poll(&handle, 1, 0) > 0;
}

}  // namespace gateway
