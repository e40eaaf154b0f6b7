#include "gatewayctl/password_input.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ostream>

#include "shared/policy/password_hash.h"

namespace gateway::ctl {
namespace {

// Line end of either kind; more is too long in any case.
constexpr std::size_t kMostRead = policy::kMaxPasswordSize + 3;

// While it lives the terminal does not echo, and signals that would end or stop the process wait
// until it echoes again.
class QuietTerminal {
 public:
  explicit QuietTerminal(int fd) : fd_(fd) {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) sigaddset(&held, signal);
    ::sigprocmask(SIG_BLOCK, &held, &before_);
    signals_ = ::signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
    quiet_ = ::tcgetattr(fd_, &settings_) == 0;
    if (!quiet_) return;
    termios silent = settings_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    quiet_ = ::tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  ~QuietTerminal() {
    if (quiet_) ::tcsetattr(fd_, TCSAFLUSH, &settings_);
    if (signals_ >= 0) ::close(signals_);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  bool quiet() const { return quiet_ && signals_ >= 0; }
  // False once a signal waits.
  bool wait() const {
    std::array<pollfd, 2> watched = {pollfd{fd_, POLLIN, 0}, pollfd{signals_, POLLIN, 0}};
    ::poll(watched.data(), watched.size(), -1);
    return (watched[1].revents & POLLIN) == 0;
  }

 private:
  int fd_;
  int signals_ = -1;
  bool quiet_ = false;
  termios settings_{};
  sigset_t before_{};
};

// Reads until the end of a line (`terminal`) or of the file; false when that fails.
bool read_some(int fd, const QuietTerminal* terminal, std::string& out) {
  std::array<char, kMostRead> bytes;
  while (out.size() < kMostRead) {
    if (terminal != nullptr && !terminal->wait()) return false;
    const ssize_t count = ::read(fd, bytes.data(), kMostRead - out.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) break;
    out.append(bytes.data(), static_cast<std::size_t>(count));
    if (terminal != nullptr && out.back() == '\n') break;
  }
  return true;
}

void cut_line_end(std::string& text) {
  if (!text.ends_with('\n')) return;
  text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
}

std::string fault_of(const std::string& password) {
  if (password.empty()) return "the password is empty";
  if (password.size() > policy::kMaxPasswordSize) {
    return fmt::format("a password has at most {} bytes", policy::kMaxPasswordSize);
  }
  const bool printable = std::none_of(password.begin(), password.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  return printable ? "" : "a password is one line without control characters";
}

Result<std::string, NoPassword> ask(int fd, std::ostream& prompts) {
  const QuietTerminal terminal(fd);
  if (!terminal.quiet()) return NoPassword{"the terminal cannot be kept from showing a password"};
  std::array<std::string, 2> typed;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    prompts << (i == 0 ? "Password: " : "Again: ") << std::flush;
    if (!read_some(fd, &terminal, typed[i])) return NoPassword{"interrupted"};
    cut_line_end(typed[i]);
    if (auto wrong = fault_of(typed[i]); !wrong.empty()) return NoPassword{std::move(wrong)};
  }
  if (typed[0] != typed[1]) return NoPassword{"the two passwords differ"};
  return std::move(typed[0]);
}

}  // namespace

Result<std::string, NoPassword> read_password(int fd, std::ostream& prompts) {
  if (::isatty(fd) != 0) return ask(fd, prompts);
  std::string password;
  if (!read_some(fd, nullptr, password)) {
    return NoPassword{fmt::format("the password cannot be read: {}", std::strerror(errno))};
  }
  cut_line_end(password);
  if (auto wrong = fault_of(password); !wrong.empty()) return NoPassword{std::move(wrong)};
  return password;
}

}  // namespace gateway::ctl
