#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "gatewayctl/doctor/judge.h"
#include "gatewayctl/render/numbers.h"
#include "shared/config/descriptors.h"

// Limits, ports and settings of the kernel.
namespace gateway::ctl::doctor {
namespace {

// "nginx (pid 812)"; who asks may not see whose it is.
std::string name_of(const std::optional<Process>& process) {
  if (!process) return "a process that only root can see";
  return fmt::format("{} (pid {})", process->name.empty() ? "a process" : process->name,
                     process->pid);
}

Finding queue_of(const Kernel& kernel) {
  if (!kernel.somaxconn) return {State::ok, "backlog", "net.core.somaxconn is not told here", {}};
  if (*kernel.somaxconn >= kBacklog) {
    return {State::ok,
            "backlog",
            fmt::format("net.core.somaxconn = {}, {} asked for", *kernel.somaxconn, kBacklog),
            {}};
  }
  return {State::warn, "backlog",
          fmt::format("net.core.somaxconn = {}: of a burst of new connections more than that many "
                      "wait in vain (gatewayd asks for {})",
                      *kernel.somaxconn, kBacklog),
          fmt::format("echo net.core.somaxconn={} > /etc/sysctl.d/60-gatewayd.conf, then sysctl "
                      "--system",
                      kBacklog)};
}

Finding ports_of(const Kernel& kernel) {
  if (!kernel.first_local_port || !kernel.last_local_port) {
    return {State::ok, "local-ports", "net.ipv4.ip_local_port_range is not told here", {}};
  }
  const std::uint64_t first = *kernel.first_local_port;
  const std::uint64_t last = *kernel.last_local_port;
  const std::uint64_t count = last >= first ? last - first + 1 : 0;
  if (count > kernel.most_connections) {
    return {State::ok,
            "local-ports",
            fmt::format("{} ports for connections to each instance, {} needed at most",
                        format_count(count), format_count(kernel.most_connections)),
            {}};
  }
  return {State::warn, "local-ports",
          fmt::format("{} ports (net.ipv4.ip_local_port_range = {} {}) are fewer than the {} "
                      "connections that services.{}.max_connections allows to one instance",
                      format_count(count), first, last, format_count(kernel.most_connections),
                      kernel.busiest),
          fmt::format("echo 'net.ipv4.ip_local_port_range=1024 65535' > "
                      "/etc/sysctl.d/60-gatewayd.conf, then sysctl --system; or lower "
                      "services.{}.max_connections",
                      kernel.busiest)};
}

}  // namespace

Finding judge(const Descriptors& found) {
  const std::string whose = found.of == Descriptors::Of::daemon
                                ? fmt::format("the running gatewayd (pid {})", found.daemon)
                            : found.of == Descriptors::Of::unit
                                ? std::string("gatewayd by its unit")
                                : "a process started from here";
  if (found.allowed >= found.needed) {
    return {State::ok,
            "descriptors",
            fmt::format("{} open files for {}, {} needed at most", format_count(found.allowed),
                        whose, format_count(found.needed)),
            {}};
  }
  const std::uint64_t possible = config::connections_for(found.allowed);
  return {possible == 0 ? State::fail : State::warn, "descriptors",
          fmt::format("{} open files for {}: gateway.max_connections = {} needs {}",
                      format_count(found.allowed), whose, found.connections,
                      format_count(found.needed)),
          fmt::format("set LimitNOFILE={} in the unit (ulimit -Hn without one), or "
                      "gateway.max_connections = {}",
                      found.needed, possible == 0 ? 1 : possible)};
}

Finding judge(const Port& port) {
  const auto finding = [&](State state, std::string_view what, std::string next) {
    return Finding{state, "port", fmt::format("{} {}", port.address, what), std::move(next)};
  };
  const std::string key = fmt::format("listeners.{}.address", port.listener);
  switch (port.error) {
    case 0:
      break;
    case EADDRINUSE:
      if (port.ours) return finding(State::ok, "is served by the running gatewayd", {});
      return finding(State::fail, "is taken by " + name_of(port.holder),
                     fmt::format("stop it, or set {} to another port", key));
    case EADDRNOTAVAIL:
      return finding(
          State::fail, "is no address of this machine",
          fmt::format("set {} to one that `ip address` shows, or to 0.0.0.0:{}", key, port.port));
    case EACCES:
      return finding(
          State::warn,
          fmt::format("is below {}: who runs this may not serve on it", port.first_unprivileged),
          "start gatewayd by its unit, which has CAP_NET_BIND_SERVICE; or use a port "
          "from " +
              std::to_string(port.first_unprivileged) + " on");
    default:
      return finding(State::fail, fmt::format("cannot be served: {}", std::strerror(port.error)),
                     fmt::format("check {}", key));
  }
  if (port.port != 0 && port.port < port.first_unprivileged && !port.runner_is_root) {
    return finding(State::ok, "is free; the unit gives gatewayd CAP_NET_BIND_SERVICE for it", {});
  }
  return finding(State::ok, "is free", {});
}

Findings judge(const Kernel& kernel) {
  return {queue_of(kernel), ports_of(kernel)};
}

}  // namespace gateway::ctl::doctor
