#include "gatewayd/inherited.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "gatewayd/net/listener.h"

namespace gateway {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr int kMostSockets = 1024;

// The number that the variable holds; nothing when it is not set or no number.
std::optional<long> number(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  long value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::vector<std::string> split_names(const char* text) {
  std::vector<std::string> names(1);
  for (const char* at = text == nullptr ? "" : text; *at != '\0'; ++at) {
    if (*at == ':') {
      names.emplace_back();
    } else {
      names.back().push_back(*at);
    }
  }
  return names;
}

// Adds the socket to those of its name and address.
void add(std::vector<Inherited>& all, std::string name, std::string address, int fd) {
  auto found = std::find_if(all.begin(), all.end(), [&](const Inherited& one) {
    return one.name == name && one.asked == address;
  });
  if (found == all.end()) {
    found = all.insert(all.end(), {std::move(name), std::move(address), /*held=*/true, {}});
  }
  found->sockets.emplace_back(fd);
}

}  // namespace

std::vector<Inherited> inherit_from_supervisor(journal::DaemonLog& log) {
  const auto for_whom = number("LISTEN_PID");
  const auto count = number("LISTEN_FDS");
  const std::vector<std::string> names = split_names(std::getenv("LISTEN_FDNAMES"));
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(variable);
  std::vector<Inherited> all;
  if (for_whom != ::getpid() || !count) return all;
  for (int i = 0; i < std::min<long>(*count, kMostSockets); ++i) {
    const int fd = kFirst + i;
    const int copy = ::dup(fd);
    const auto socket = net::Listener::adopt(copy);  // looks at it, and closes the copy
    const auto at = static_cast<std::size_t>(i);
    if (!socket.ok()) {
      log.warning(fmt::format("socket {} of LISTEN_FDS: {}", i, socket.error()));
      ::close(fd);
      continue;
    }
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    add(all, at < names.size() ? names[at] : "", net::to_string((*socket)->endpoint()), fd);
  }
  return all;
}

}  // namespace gateway
