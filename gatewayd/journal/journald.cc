#include "gatewayd/journal/journald.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "gatewayd/journal/log_line.h"

namespace gateway::journal {
namespace {

constexpr std::size_t kMaxValue = 8u << 10;  // of a field; cut off there
constexpr std::size_t kMaxName = 64;         // journald's own bound

// syslog(3)'s numbers.
char priority(Level level) {
  switch (level) {
    case Level::error:
      return '3';
    case Level::warning:
      return '4';
    case Level::info:
      return '6';
    case Level::debug:
      return '7';
  }
  return '6';
}

// Names are capitals, digits and underscores, and do not begin with one of the last two.
std::string field_name(std::string_view name) {
  std::string out = name == "request_id" ? "" : "GATEWAYD_";
  for (const char c : name.substr(0, kMaxName - out.size())) {
    const bool small = c >= 'a' && c <= 'z';
    const bool fine = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += small ? static_cast<char>(c - 32) : fine ? c : '_';
  }
  return out;
}

void add(std::string& out, std::string_view name, std::string_view value) {
  value = value.substr(0, kMaxValue);
  out += name;
  if (value.find('\n') == std::string_view::npos) {
    out += '=';
  } else {
    out += '\n';
    const std::uint64_t size = value.size();
    for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(size >> shift);
  }
  out += value;
  out += '\n';
}

}  // namespace

std::string journald_entry(Category category, Level level, std::string_view message,
                           DaemonLog::Fields fields, std::uint64_t dropped) {
  std::string out;
  add(out, "MESSAGE", message);
  add(out, "PRIORITY", std::string_view(std::string{priority(level)}));
  add(out, "SYSLOG_IDENTIFIER", "gatewayd");
  add(out, "GATEWAYD_CATEGORY", category_name(category));
  for (const auto& [name, value] : fields) add(out, field_name(name), value);
  if (dropped > 0) add(out, "GATEWAYD_DROPPED", std::to_string(dropped));
  return out;
}

Journald::Journald(std::string socket)
    : path_(std::move(socket)), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

Journald::~Journald() {
  if (fd_ >= 0) ::close(fd_);
}

// The address is given each time, so that journald may restart.
bool Journald::send(Category category, Level level, std::string_view message,
                    DaemonLog::Fields fields) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  const std::uint64_t lost = untold_.exchange(0, std::memory_order_relaxed);
  const std::string entry = journald_entry(category, level, message, fields, lost);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size() + 1);
  const ssize_t sent = ::sendto(fd_, entry.data(), entry.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), size);
  if (sent == static_cast<ssize_t>(entry.size())) return true;
  untold_.fetch_add(lost + 1, std::memory_order_relaxed);
  dropped_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

}  // namespace gateway::journal
