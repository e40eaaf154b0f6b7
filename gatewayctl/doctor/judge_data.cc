#include <fmt/format.h>

#include "gatewayctl/doctor/judge.h"
#include "gatewayctl/render/numbers.h"
#include "shared/base/timestamp.h"

// Disk, database and clock; names and what expires.
namespace gateway::ctl::doctor {
namespace {

constexpr UnixMicros kMinute = 60'000'000;

// "8.2 GiB": to be read, not to be read back.
std::string amount(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fmt::format("{:.{}f} {}", value, unit > 0 && value < 10 ? 1 : 0, kUnits[unit]);
}

std::string span(UnixMicros micros) {
  return format_span(static_cast<std::uint64_t>(micros / 1'000'000));
}

std::string day(UnixMicros time) {
  return format_rfc3339(time / 1'000'000 * 1'000'000);
}

}  // namespace

Finding judge(const Disk& disk) {
  const std::string make_room =
      fmt::format("make room, set store.max_size lower, or store.path to another disk");
  if (disk.read_only) {
    return {State::fail, "disk", fmt::format("{} is on a read-only file system", disk.path),
            "set store.path to a place that can be written"};
  }
  if (disk.out_of_inodes) {
    return {State::fail, "disk", fmt::format("the file system of {} has no inode left", disk.path),
            "remove files there (df -i), or set store.path to another disk"};
  }
  if (disk.free < kLeastFree) {
    return {State::fail, "disk",
            fmt::format("{} free of {} at {}: requests will not be logged", amount(disk.free),
                        amount(disk.size), disk.path),
            make_room};
  }
  const std::uint64_t growth = disk.max_size > disk.database ? disk.max_size - disk.database : 0;
  if (disk.free < growth) {
    return {State::warn, "disk",
            fmt::format("{} free at {}, and store.max_size = {} lets the database grow by {}",
                        amount(disk.free), disk.path, amount(disk.max_size), amount(growth)),
            make_room};
  }
  return {State::ok,
          "disk",
          fmt::format("{} free at {}, the database may grow by {}", amount(disk.free), disk.path,
                      amount(growth)),
          {}};
}

Finding judge(const ClockReading& clock) {
  if (clock.newest > clock.now + kMinute) {
    return {State::fail, "clock",
            fmt::format("it is {}, but {} was changed {} from now: the clock is behind",
                        day(clock.now), clock.newest_path, span(clock.newest - clock.now)),
            "set the clock (timedatectl); tokens are judged by it, and rows are deleted by it"};
  }
  if (clock.synchronised && !*clock.synchronised) {
    return {
        State::warn, "clock",
        fmt::format("{}, not synchronised: tokens are refused early or taken late", day(clock.now)),
        "apt install systemd-timesyncd (or chrony), then timedatectl set-ntp true"};
  }
  return {State::ok,
          "clock",
          day(clock.now) + (clock.synchronised ? ", synchronised" : ", by its host's clock"),
          {}};
}

Finding judge(const Name& name) {
  const auto finding = [&](State state, std::string message, std::string next) {
    return Finding{state, "name", fmt::format("{} ({}) {}", name.host, name.used_by, message),
                   std::move(next)};
  };
  if (!name.answered) {
    return finding(State::fail, fmt::format("was not told within {} ms", name.took.count()),
                   "check the name servers of /etc/resolv.conf: resolvectl query " + name.host);
  }
  if (!name.fault.empty()) {
    return finding(
        State::fail, "is not found: " + name.fault,
        fmt::format("check its spelling, or the name service: getent hosts {}", name.host));
  }
  const std::string found =
      fmt::format("has {} address{}", name.addresses, name.addresses == 1 ? "" : "es");
  if (name.took > kSlowName) {
    return finding(State::warn, fmt::format("{}, told after {} ms", found, name.took.count()),
                   "check the name servers of /etc/resolv.conf: the first may be down");
  }
  return finding(State::ok, found, {});
}

Finding judge(const Expiry& expiry, UnixMicros now) {
  const auto finding = [&](State state, std::string message, std::string next) {
    return Finding{state, "expiry", fmt::format("{} {}", expiry.what, message), std::move(next)};
  };
  if (!expiry.fault.empty()) {
    return finding(State::fail, "cannot be read: " + expiry.fault,
                   "check the path, and that it is PEM");
  }
  if (expiry.from > now) {
    return finding(State::fail, "is not valid before " + day(expiry.from),
                   "check the clock, or install the one that is valid now");
  }
  if (expiry.until <= now) {
    return finding(State::fail, "has ended on " + day(expiry.until), "renew it");
  }
  const UnixMicros left = expiry.until - now;
  if (left < UnixMicros{1000} * kSoon.count()) {
    return finding(State::warn, fmt::format("ends in {} ({})", span(left), day(expiry.until)),
                   "renew it, and see why that is not done by itself");
  }
  return finding(State::ok, "is valid until " + day(expiry.until), {});
}

Finding judge(const Store& store) {
  if (!store.exists) {
    return {State::ok, "database", store.path + " is not there yet; gatewayd makes it", {}};
  }
  if (!store.fault.empty()) {
    const std::size_t next = store.fault.rfind("; ");  // errors of the store end with what to do
    return {State::fail, "database", store.fault.substr(0, next),
            next == std::string::npos ? "see sqlite3 " + store.path : store.fault.substr(next + 2)};
  }
  if (store.schema > store.known) {
    return {State::fail, "database",
            fmt::format("{} has schema {}, made by a newer gatewayd; this one knows {}", store.path,
                        store.schema, store.known),
            "install the newer gatewayd again, or set store.path to another file"};
  }
  if (!store.damage.empty()) {
    return {State::fail, "database",
            fmt::format("{} is damaged: {}", store.path, store.damage.front()),
            fmt::format("stop gatewayd, move {} away (a new one is made), and try sqlite3 FILE "
                        ".recover on it; check the disk: dmesg",
                        store.path)};
  }
  const std::string looked = store.whole ? "sound" : "sound as far as the time allowed to look";
  if (store.schema < store.known) {
    return {State::ok,
            "database",
            fmt::format("{} is {}; schema {} becomes {} when gatewayd starts", store.path, looked,
                        store.schema, store.known),
            {}};
  }
  return {State::ok,
          "database",
          fmt::format("{} is {}, schema {}", store.path, looked, store.schema),
          {}};
}

}  // namespace gateway::ctl::doctor
