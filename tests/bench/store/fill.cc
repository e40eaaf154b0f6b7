#include "tests/bench/store/fill.h"

#include <fmt/format.h>

#include <random>
#include <vector>

#include "shared/store/writer.h"

namespace store_bench {
namespace {

using namespace gateway;

constexpr std::uint32_t kRoutes = 50;
constexpr std::uint32_t kServices = 10;
constexpr std::size_t kBatch = 2000;

class Requests {
 public:
  store::RequestRow next(UnixMicros time) {
    const std::uint32_t route = 1 + static_cast<std::uint32_t>(random_()) % kRoutes;
    const std::uint32_t dice = static_cast<std::uint32_t>(random_()) % 1000;
    store::RequestRow row;
    row.id = ids_.next(time);
    row.time = time;
    row.method = dice % 5 == 0 ? "POST" : "GET";
    row.host = "api.example.com";
    row.path = "/samples/2026/000417";
    row.client = "203.0.113.9";
    row.user = "u-17";
    row.route = route;
    row.service = kRoutes + 1 + route % kServices;
    row.instance = kRoutes + kServices + 1 + route % kServices;
    row.status = dice < 5 ? 503 : dice < 25 ? 404 : 200;
    row.revision = 1;
    row.bytes_out = 60 + dice;
    row.total_us = static_cast<std::uint32_t>(latency_(random_));
    row.upstream_us = row.total_us / 10 * 9;
    return row;
  }

 private:
  std::mt19937_64 random_{42};
  std::lognormal_distribution<double> latency_{8.0, 1.0};
  UuidSource ids_;
};

bool add_names(store::Writer& writer, UnixMicros now) {
  if (!writer.begin(now)) return false;
  for (std::uint32_t id = 1; id <= kRoutes + 2 * kServices; ++id) {
    if (!writer.add_name(id, fmt::format("name{}", id))) return false;
  }
  return writer.commit();
}

}  // namespace

bool fill(const std::string& path, std::uint64_t rows, int days) {
  auto opened = store::Writer::open(path);
  if (!opened) {
    fmt::print(stderr, "{}\n", opened.error().message);
    return false;
  }
  store::Writer& writer = **opened;
  const UnixMicros end = SystemClock().unix_now();
  const UnixMicros span = static_cast<UnixMicros>(days) * 86'400'000'000;
  const store::Retention retention{std::chrono::hours(24 * (days + 1)), 0};
  Requests requests;
  std::vector<store::RequestRow> batch;
  bool ok = add_names(writer, end - span);
  for (std::uint64_t at = 0; ok && at < rows;) {
    batch.clear();
    UnixMicros time = 0;
    for (; at < rows && batch.size() < kBatch; ++at) {
      time = end - span +
             static_cast<UnixMicros>(static_cast<double>(span) *
                                     (static_cast<double>(at) / static_cast<double>(rows)));
      batch.push_back(requests.next(time));
    }
    ok = writer.begin(time) && writer.append(batch) && writer.commit();
    while (writer.retain(time, retention)) {
    }
  }
  ok = ok && writer.roll_up(end);
  if (!ok) fmt::print(stderr, "{}\n", writer.error());
  return ok;
}

}  // namespace store_bench
