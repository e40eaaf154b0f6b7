#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gatewayctl/doctor/look.h"
#include "gatewayd/net/endpoint.h"
#include "shared/base/descriptor.h"
#include "shared/config/descriptors.h"

// Users, processes, limits, ports and settings of the kernel.
namespace gateway::ctl::doctor {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string name_of(pid_t pid) {
  std::string name = text_of(fmt::format("/proc/{}/comm", pid));
  if (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

std::optional<std::uint64_t> number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

Runner runner_of(const passwd& entry) {
  Runner runner{entry.pw_name, entry.pw_uid, {}};
  int count = 64;
  runner.groups.resize(static_cast<std::size_t>(count));
  if (::getgrouplist(entry.pw_name, entry.pw_gid, runner.groups.data(), &count) < 0) {
    runner.groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(entry.pw_name, entry.pw_gid, runner.groups.data(), &count);
  }
  runner.groups.resize(static_cast<std::size_t>(count));
  return runner;
}

// The process that has one of these sockets open; none: none that may be seen.
std::optional<Process> holder_of(const std::vector<std::uint64_t>& inodes) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    const auto pid = number(name);
    if (!pid) continue;
    std::error_code closed;  // it may end meanwhile, or not be ours to look at
    for (fs::directory_iterator it(entry.path() / "fd", closed), end; !closed && it != end;
         it.increment(closed)) {
      const std::string target = fs::read_symlink(it->path(), ignored);
      for (const std::uint64_t inode : inodes) {
        if (target == fmt::format("socket:[{}]", inode)) {
          return Process{static_cast<pid_t>(*pid), name_of(static_cast<pid_t>(*pid))};
        }
      }
    }
  }
  return std::nullopt;
}

std::optional<Process> listener_on(std::uint16_t port) {
  std::vector<std::uint64_t> inodes = listening_on(text_of("/proc/net/tcp"), port);
  const auto of_v6 = listening_on(text_of("/proc/net/tcp6"), port);
  inodes.insert(inodes.end(), of_v6.begin(), of_v6.end());
  return inodes.empty() ? std::nullopt : holder_of(inodes);
}

// errno of binding the address for a moment, 0 when it can be done.
int try_bind(const net::Endpoint& endpoint) {
  sockaddr_storage address{};
  const socklen_t size = net::to_sockaddr(endpoint, address);
  const Descriptor probe(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (probe.get() < 0) return errno;
  const int on = 1;
  // As gatewayd does: connections of a gateway that has just ended are in nobody's way.
  ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (!endpoint.address.is_v4()) {
    ::setsockopt(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
  }
  return ::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0 ? 0 : errno;
}

// The hard limit of open files of a process.
std::optional<std::uint64_t> limit_of(pid_t pid) {
  std::istringstream lines(text_of(fmt::format("/proc/{}/limits", pid)));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("Max open files")) continue;
    std::istringstream words(line.substr(std::strlen("Max open files")));
    std::string soft;
    std::string hard;
    words >> soft >> hard;
    return number(hard);
  }
  return std::nullopt;
}

// The text of the unit that gatewayd is started by, drop-ins after it; empty: there is none.
std::string unit_text() {
  constexpr const char* kName = "gatewayd.service";
  std::string text;
  for (const char* folder : {"/etc/systemd/system/", "/run/systemd/system/",
                             "/usr/lib/systemd/system/", "/lib/systemd/system/"}) {
    text = text_of(fmt::format("{}{}", folder, kName));
    if (!text.empty()) break;
  }
  if (text.empty()) return text;
  std::error_code none;
  for (const char* folder : {"/usr/lib/systemd/system/", "/etc/systemd/system/"}) {
    for (const auto& entry : fs::directory_iterator(fmt::format("{}{}.d", folder, kName), none)) {
      if (entry.path().extension() == ".conf") text += "\n" + text_of(entry.path());
    }
  }
  return text;
}

}  // namespace

std::optional<Runner> runner_named(const std::string& name) {
  const passwd* entry = ::getpwnam(name.c_str());
  return entry ? std::optional(runner_of(*entry)) : std::nullopt;
}

Runner likely_runner() {
  if (::geteuid() == 0) {
    if (auto runner = runner_named("gatewayd")) return *runner;
  }
  if (const passwd* entry = ::getpwuid(::geteuid())) return runner_of(*entry);
  return {fmt::format("{}", ::geteuid()), ::geteuid(), {::getegid()}};
}

std::optional<Process> daemon_at(const std::string& socket) {
  sockaddr_un address{};
  if (socket.empty() || socket.size() >= sizeof(address.sun_path)) return std::nullopt;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.data(), socket.size());
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::getsockopt(probe.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return std::nullopt;
  }
  return Process{peer.pid, name_of(peer.pid)};
}

Descriptors look_at_descriptors(const config::Gateway& gateway,
                                const std::optional<Process>& daemon) {
  Descriptors found;
  found.needed = config::descriptors_needed(gateway);
  found.connections = gateway.max_connections;
  if (const auto limit = daemon ? limit_of(daemon->pid) : std::nullopt) {
    found.allowed = *limit;
    found.of = Descriptors::Of::daemon;
    found.daemon = daemon->pid;
    return found;
  }
  if (const auto limit = limit_of_unit(unit_text())) {
    found.allowed = *limit;
    found.of = Descriptors::Of::unit;
    return found;
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  found.allowed = limit.rlim_max;
  return found;
}

std::vector<Port> look_at_ports(const config::Config& config, const Runner& runner,
                                const std::optional<Process>& daemon) {
  const auto first = number(text_of("/proc/sys/net/ipv4/ip_unprivileged_port_start"));
  std::vector<Port> ports;
  for (const config::Listener& listener : config.listeners) {
    const auto address = parse_ip(listener.host);
    if (!address) continue;  // the configuration was checked
    const net::Endpoint endpoint{*address, listener.port};
    Port port;
    port.listener = listener.name;
    port.address = net::to_string(endpoint);
    port.port = listener.port;
    port.error = try_bind(endpoint);
    port.first_unprivileged = static_cast<std::uint16_t>(first.value_or(1024));
    port.runner_is_root = runner.uid == 0;
    if (port.error == EADDRINUSE) {
      port.holder = listener_on(listener.port);
      port.ours = daemon && port.holder && port.holder->pid == daemon->pid;
    }
    ports.push_back(std::move(port));
  }
  return ports;
}

Kernel look_at_kernel(const config::Config& config) {
  Kernel kernel;
  kernel.somaxconn = number(text_of("/proc/sys/net/core/somaxconn"));
  std::istringstream range(text_of("/proc/sys/net/ipv4/ip_local_port_range"));
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (range >> first >> last) {
    kernel.first_local_port = first;
    kernel.last_local_port = last;
  }
  for (const config::Service& service : config.services) {
    if (service.upstream.max_connections < kernel.most_connections) continue;
    kernel.most_connections = service.upstream.max_connections;
    kernel.busiest = service.name;
  }
  return kernel;
}

std::optional<std::uint64_t> limit_of_unit(std::string_view text) {
  constexpr std::string_view kKey = "LimitNOFILE=";
  std::optional<std::uint64_t> limit;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(kKey)) continue;
    const std::string_view value = std::string_view(line).substr(kKey.size());
    limit = number(value.substr(value.find(':') + 1));  // "soft:hard", or one for both
  }
  return limit;
}

std::vector<std::uint64_t> listening_on(std::string_view table, std::uint16_t port) {
  constexpr std::string_view kListen = "0A";  // TCP_LISTEN, as the kernel prints it
  std::vector<std::uint64_t> inodes;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::array<std::string, 10> fields;  // sl local rem st queues tr retransmits uid timeout inode
    for (std::string& field : fields) words >> field;
    const std::size_t colon = fields[1].rfind(':');
    if (fields[3] != kListen || colon == std::string::npos) continue;
    const auto found = number(std::string_view(fields[1]).substr(colon + 1), 16);
    const auto inode = number(fields[9]);
    if (found == port && inode) inodes.push_back(*inode);
  }
  return inodes;
}

}  // namespace gateway::ctl::doctor
