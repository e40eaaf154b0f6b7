#include "gatewayd/watchdog.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "gatewayd/notify.h"

namespace gateway {
namespace {

// It is fed once a second, so less would end a gateway that is well.
constexpr microseconds kShortest = 3s;

long long number(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return 0;
  long long value = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, value);
  return error == std::errc() && stop == end ? value : 0;
}

}  // namespace

Watchdog::Watchdog(const std::vector<std::unique_ptr<Worker>>& workers, journal::DaemonLog& log)
    : workers_(workers), log_(log) {
  const bool mine = std::getenv("WATCHDOG_PID") == nullptr || number("WATCHDOG_PID") == ::getpid();
  if (!mine) return;
  patience_ = microseconds(std::max(0LL, number("WATCHDOG_USEC")));
  if (patience_ > 0us && patience_ < kShortest) {
    log_.warning("the watchdog is fed once a second: set WatchdogSec= to 3s or more");
  }
}

void Watchdog::look(SteadyTime now) {
  if (patience_ == 0us) return;
  std::size_t hanging = workers_.size();
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (!workers_[i]->came_round()) hanging = i;
  }
  if (hanging == workers_.size()) {
    notify_supervisor("WATCHDOG=1");
    if (complained_) log_.warning("every worker comes round again");
    complained_ = false;
    fed_at_ = now;
  } else if (!complained_ && now - fed_at_ > patience_ / 2) {
    complained_ = true;
    log_.error(fmt::format(
        "worker {} has not come round its loop for {} s; after {} s (WatchdogSec=) the service "
        "manager ends this process",
        hanging, std::chrono::duration_cast<std::chrono::seconds>(now - fed_at_).count(),
        std::chrono::duration_cast<std::chrono::seconds>(patience_).count()));
  }
}

}  // namespace gateway
