// What checking many instances costs: services × 10 instances on loopback, checked every 30 s, each
// result judged and kept in a database. Prints the CPU of this process, the origin's left out.
//
//   health_bench [SERVICES [SECONDS]]
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <unordered_map>

#include "gatewayd/journal/journal.h"
#include "gatewayd/proxy/health_prober.h"

using namespace gateway;

namespace {

constexpr int kInstances = 10;

// A listening socket on every loopback address.
int listen_on(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  socklen_t size = sizeof(address);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 1024) != 0) {
    std::exit(1);
  }
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

// Answers one connection after the other, as fast as they come.
[[noreturn]] void serve(int listener) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  constexpr char kAnswer[] = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";
  for (;;) {
    const int fd = ::accept(listener, nullptr, nullptr);
    char request[4096];
    if (::recv(fd, request, sizeof(request), 0) > 0) {
      ::send(fd, kAnswer, sizeof(kAnswer) - 1, MSG_NOSIGNAL);
    }
    ::close(fd);
  }
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds_of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

struct Peer {
  policy::PeerHealth health;
  std::string service;
  std::string instance;
};

}  // namespace

int main(int argc, char** argv) {
  const int services = argc > 1 ? std::atoi(argv[1]) : 1000;
  const int duration = argc > 2 ? std::atoi(argv[2]) : 70;
  std::uint16_t port = 0;
  const int listener = listen_on(port);
  const pid_t origin = ::fork();
  if (origin == 0) serve(listener);

  const auto folder = std::filesystem::temp_directory_path() / fmt::format("health-{}", ::getpid());
  std::filesystem::create_directory(folder);
  journal::Options options;
  options.path = folder / "bench.db";
  auto journal = journal::Journal::open(options);
  if (!journal) return 1;

  config::Health health;
  health.method = "GET";
  health.path = "/health";
  health.every = 30s;
  health.timeout = 5s;
  health.statuses = {"200-299"};
  health.body = "\"ok\"";
  const auto check = std::make_shared<const proxy::HealthCheck>(health);
  const policy::HealthRules rules{2, 3, 0, {}};
  std::unordered_map<std::string, Peer> peers;
  std::vector<proxy::HealthProber::Target> targets;
  for (int i = 0; i < services * kInstances; ++i) {
    const std::string key = std::to_string(i);
    Peer& peer = peers[key];
    peer.service = fmt::format("service-{}", i / kInstances);
    peer.instance = fmt::format("http://127.0.0.{}:{}/{}", 1 + i % kInstances, port, i);
    const auto address = parse_ip(fmt::format("127.0.0.{}", 1 + i % kInstances));
    targets.push_back({key, {*address, port}, "service", nullptr, check});
  }

  std::atomic<int> passed{0};
  std::atomic<int> failed{0};
  const double cpu = cpu_seconds();
  {
    proxy::HealthProber prober([&](const std::string& key, const proxy::HealthResult& result) {
      Peer& peer = peers.at(key);
      const bool well = result.outcome == proxy::HealthResult::Outcome::passed;
      ++(well ? passed : failed);
      const SteadyTime now = std::chrono::steady_clock::now();
      const auto change = well ? peer.health.check_passed(rules, now)
                               : peer.health.check_failed(rules, result.fault, now);
      const UnixMicros time = SystemClock().unix_now();
      (*journal)->record_check(peer.service, peer.instance, well, result.latency, time);
      if (change) {
        (*journal)->record_health({time, peer.service, peer.instance, "127.0.0.1", change->from,
                                   change->to, policy::reason_of(*change)});
      }
    });
    prober.set_targets(targets);
    std::this_thread::sleep_for(std::chrono::seconds(duration));
  }
  const double used = cpu_seconds() - cpu;
  const int checks = passed + failed;
  fmt::print(
      "{} services x {} instances every 30 s, {} s: {} checks ({} failed), {:.2f} % of a "
      "core, {:.0f} us a check\n",
      services, kInstances, duration, checks, failed.load(), used / duration * 100,
      checks == 0 ? 0 : used / checks * 1e6);
  ::kill(origin, SIGKILL);
  ::waitpid(origin, nullptr, 0);
  std::filesystem::remove_all(folder);
}
