#include "gatewayd/load_meter.h"

#include <algorithm>
#include <ctime>

namespace gateway {
namespace {

microseconds process_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return seconds(time.tv_sec) + microseconds(time.tv_nsec / 1000);
}

}  // namespace

policy::Load LoadMeter::read(const std::vector<std::unique_ptr<Worker>>& workers,
                             const journal::Journal* journal) {
  policy::Load load;
  microseconds lag{};
  for (const auto& worker : workers) lag = std::max(lag, worker->take_longest_lag());
  load.lag = std::chrono::duration_cast<milliseconds>(lag);
  if (journal != nullptr) {
    for (const journal::RecentService& service : journal->recent()) {
      load.p99 = std::max(load.p99, milliseconds(service.p99_us / 1000));
    }
  }
  const SteadyTime now = std::chrono::steady_clock::now();
  const microseconds cpu = process_cpu();
  const auto took = std::chrono::duration_cast<microseconds>(now - read_at_);
  if (read_at_ != SteadyTime{} && took.count() > 0 && !workers.empty()) {
    const auto cores = static_cast<std::int64_t>(workers.size());
    load.cpu = static_cast<std::uint32_t>((cpu - cpu_).count() * 100 / (took.count() * cores));
  }
  read_at_ = now;
  cpu_ = cpu;
  return load;
}

}  // namespace gateway
