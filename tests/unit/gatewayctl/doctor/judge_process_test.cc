#include <doctest/doctest.h>

#include <cerrno>

#include "gatewayctl/doctor/judge.h"
#include "gatewayctl/doctor/look.h"
#include "shared/config/descriptors.h"

using namespace gateway;
using namespace gateway::ctl::doctor;

namespace {

Descriptors descriptors(std::uint64_t allowed) {
  config::Gateway gateway;
  gateway.max_connections = 20'000;
  return {.allowed = allowed,
          .needed = config::descriptors_needed(gateway),
          .connections = gateway.max_connections};
}

Port port(int error) {
  Port port;
  port.listener = "public";
  port.address = "0.0.0.0:80";
  port.port = 80;
  port.error = error;
  return port;
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("descriptors: as many as the configuration may need, and one fewer") {
  CHECK(judge(descriptors(40'128)).state == State::ok);
  const Finding short_of_one = judge(descriptors(40'127));
  CHECK(short_of_one.state == State::warn);
  CHECK(says(short_of_one.next, "LimitNOFILE=40128"));
  CHECK(says(short_of_one.next, "max_connections = 19999"));
  CHECK(judge(descriptors(config::kOwnDescriptors + 1)).state == State::fail);
  auto running = descriptors(65'536);
  running.of = Descriptors::Of::daemon;
  running.daemon = 812;
  CHECK(says(judge(running).message, "pid 812"));
  running.of = Descriptors::Of::unit;
  CHECK(says(judge(running).message, "by its unit"));
}

TEST_CASE("the limit of a unit is that of its last line, the hard one") {
  CHECK(limit_of_unit("[Service]\nLimitNOFILE=65536\n") == 65'536);
  CHECK(limit_of_unit("LimitNOFILE=1024:524288\nLimitNPROC=5\n") == 524'288);
  CHECK(limit_of_unit("LimitNOFILE=65536\n[Service]\nLimitNOFILE=131072\n") == 131'072);
  CHECK_FALSE(limit_of_unit("LimitNOFILE=infinity\n"));
  CHECK_FALSE(limit_of_unit("#LimitNOFILE=5\n"));
  CHECK_FALSE(limit_of_unit(""));
}

TEST_CASE("a port is free, ours, or another's") {
  CHECK(judge(port(0)).state == State::ok);
  CHECK(says(judge(port(0)).message, "CAP_NET_BIND_SERVICE"));
  auto taken = port(EADDRINUSE);
  CHECK(says(judge(taken).message, "only root can see"));
  taken.holder = Process{812, "nginx"};
  CHECK(judge(taken).state == State::fail);
  CHECK(says(judge(taken).message, "nginx (pid 812)"));
  CHECK(says(judge(taken).next, "listeners.public.address"));
  taken.ours = true;
  CHECK(judge(taken).state == State::ok);
}

TEST_CASE("why a port cannot be bound") {
  CHECK(judge(port(EADDRNOTAVAIL)).state == State::fail);
  CHECK(says(judge(port(EADDRNOTAVAIL)).next, "ip address"));
  CHECK(judge(port(EACCES)).state == State::warn);
  CHECK(judge(port(EAFNOSUPPORT)).state == State::fail);
  CHECK(says(judge(port(EAFNOSUPPORT)).message, "not supported"));
}

TEST_CASE("settings of the kernel: at the bound, and one short of it") {
  Kernel kernel{4096, 32'768, 60'999, 28'231, "api"};
  for (const Finding& finding : judge(kernel)) CHECK(finding.state == State::ok);
  kernel.somaxconn = 4095;
  kernel.most_connections = 28'232;
  for (const Finding& finding : judge(kernel)) {
    CHECK(finding.state == State::warn);
    CHECK(says(finding.next, "/etc/sysctl.d/"));
  }
  CHECK(says(judge(kernel).back().next, "services.api.max_connections"));
  for (const Finding& finding : judge(Kernel{})) CHECK(finding.state == State::ok);  // not told
}

TEST_CASE("who listens is read out of the kernel's tables") {
  constexpr std::string_view kTable =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "21234 1 0000000000000000 100 0 0 10 0\n"
      "   1: 0100007F:1F40 0100007F:8AE2 01 00000000:00000000 00:00000000 00000000     0        0 "
      "21999 1 0000000000000000 20 4 30 10 -1\n"
      "   2: 00000000000000000000000000000000:1F40 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 00:00000000 00000000 101 0 77 1\n"
      "   3: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "5 1\n"
      "garbage\n";
  CHECK(listening_on(kTable, 8000) == std::vector<std::uint64_t>{21234, 77});
  CHECK(listening_on(kTable, 8001) == std::vector<std::uint64_t>{5});
  CHECK(listening_on(kTable, 80).empty());
  CHECK(listening_on("", 8000).empty());
}
