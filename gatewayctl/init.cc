#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "shared/config/starting_config.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

constexpr const char* kDefaultFile = "gatewayd.toml";
constexpr mode_t kMode = 0640;  // it may come to hold secrets

constexpr std::array kOptions = {
    Option{"--stdout", 0, {}, "print it instead of writing a file"},
    Option{"--here", 0, {}, "keep the database and the control socket in the current folder"},
};

int fail(const Invocation& invocation, const std::string& path, std::string_view why,
         std::string_view next) {
  invocation.console.err << fmt::format("gatewayctl init: cannot write {}: {}; {}\n",
                                        config::visible(path), why, next);
  return kFailed;
}

// Writes all of `text`; false: errno tells why.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Makes the file, which must not be there: not even a link that leads nowhere.
int write_new(const Invocation& invocation, const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (fd < 0 && errno == EEXIST) {
    return fail(invocation, path, "it is there already",
                "give another name, or see what it would be with --stdout");
  }
  if (fd < 0) {
    const int why = errno;
    return fail(invocation, path, std::strerror(why),
                why == ENOENT ? "create its folder first" : "give a place where you may write");
  }
  const bool written = write_all(fd, text) && ::fsync(fd) == 0;
  const int why = errno;
  ::close(fd);
  if (written) return kDone;
  ::unlink(path.c_str());
  return fail(invocation, path, std::strerror(why), "make room, or give another place");
}

int run(const Invocation& invocation) {
  const bool here = invocation.has("--here");
  const bool to_stdout = invocation.has("--stdout");
  if (to_stdout && !invocation.operands.empty()) {
    return usage_error(invocation, "--stdout writes no file: leave FILE out");
  }
  const std::string text =
      config::starting_config(here ? config::Home::here : config::Home::machine);
  if (to_stdout) {
    invocation.console.out << text;
    return kDone;
  }
  const std::string path = invocation.operands.empty() ? kDefaultFile : invocation.operands.front();
  if (const int failed = write_new(invocation, path, text); failed != kDone) return failed;
  if (invocation.json()) {
    print_json(invocation.console.out, {{"format", 1}, {"path", path}});
  } else {
    invocation.console.out << fmt::format(
        "wrote {}: 127.0.0.1:8000 in front of http://127.0.0.1:8080\n"
        "Next: edit it, then gatewayctl validate {}\n",
        config::visible(path), config::visible(path));
  }
  return kDone;
}

}  // namespace

constexpr Command kInit = {
    .name = "init",
    .operands = "[FILE]",
    .summary = "write a configuration to begin with",
    .about =
        "One listener, one service and one route; what is most often wanted beside them stands\n"
        "there as comments, each with its meaning and default. FILE is gatewayd.toml unless "
        "given,\n"
        "and must not be there yet. The result is valid as it stands.",
    .example =
        "gatewayctl init\n"
        "gatewayctl init --here my.toml\n"
        "gatewayctl init --stdout",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "Before it runs",
};

}  // namespace gateway::ctl
