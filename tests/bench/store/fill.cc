#include "tests/bench/store/fill.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <ctime>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "shared/store/block_table.h"
#include "shared/store/writer.h"

namespace store_bench {
namespace {

using namespace gateway;

constexpr std::uint32_t kRoutes = 50;
constexpr std::uint32_t kServices = 10;
constexpr std::size_t kBatch = 2000;
constexpr std::uint64_t kRare = 2'000'000;
constexpr std::uint32_t kRareRoute = kRoutes + 2 * kServices;

// Few of many ask most: the square of an even number in [0, 1) times `of`.
std::uint32_t skewed(std::uint64_t random, std::uint32_t of) {
  const double even = static_cast<double>(random >> 11) * 0x1p-53;
  return static_cast<std::uint32_t>(even * even * of);
}

class Requests {
 public:
  // The views live until the next batch.
  store::RequestRow next(UnixMicros time, std::size_t slot) {
    Texts& texts = texts_[slot % kBatch];
    const std::uint32_t route = 1 + static_cast<std::uint32_t>(random_()) % kRoutes;
    const std::uint32_t dice = static_cast<std::uint32_t>(random_()) % 1000;
    const bool rare = ++made_ % kRare == kRare / 2;
    store::RequestRow row;
    row.id = ids_.next(time);
    row.time = time;
    row.method = rare ? "PURGE" : dice % 5 == 0 ? "POST" : "GET";
    row.host = "api.example.com";
    write_texts(texts, route, rare);
    row.path = texts.path;
    row.client = texts.client;
    row.user = dice % 10 < 6 ? std::string_view(texts.user) : "";
    row.query = rare ? "find=needle" : dice % 7 == 0 ? "page=2&sort=name" : "";
    row.route = rare ? kRareRoute : route;
    row.service = kRoutes + 1 + route % kServices;
    row.instance = kRoutes + kServices + 1 + route % kServices;
    row.status = rare ? 507 : dice < 5 ? 503 : dice < 25 ? 404 : 200;
    row.revision = 1;
    row.bytes_out = 60 + dice;
    row.total_us = static_cast<std::uint32_t>(latency_(random_));
    if (rare) row.total_us += 60'000'000;
    row.upstream_us = row.total_us / 10 * 9;
    return row;
  }

 private:
  struct Texts {
    std::string path, client, user;
  };

  void write_texts(Texts& texts, std::uint32_t route, bool rare) {
    const std::uint64_t number = random_();
    const std::uint32_t client = skewed(random_(), 50'000);
    texts.path.clear();
    const auto path = std::back_inserter(texts.path);
    if (rare) {
      fmt::format_to(path, "/rarely/asked/{}", number % 1000);
    } else if (route % 3 == 0) {
      fmt::format_to(path, "/samples/2026/{:06}", number % 1'000'000);
    } else if (route % 3 == 1) {
      fmt::format_to(path, "/storage/boxes/{:08x}-{:04x}/contents", number & 0xffffffffu,
                     number >> 32 & 0xffffu);
    } else {
      fmt::format_to(path, "/templates/{}/fields", route);
    }
    texts.client = rare ? "192.0.2.77" : fmt::format("10.{}.{}.9", client / 250, client % 250);
    texts.user = rare ? "u-rare" : fmt::format("u-{}", skewed(random_(), 5'000));
  }

  std::mt19937_64 random_{42};
  std::lognormal_distribution<double> latency_{8.0, 1.0};
  UuidSource ids_;
  std::uint64_t made_ = 0;
  std::vector<Texts> texts_ = std::vector<Texts>(kBatch);
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
      batch.push_back(requests.next(time, batch.size()));
    }
    ok = writer.begin(time) && writer.append(batch) && writer.commit();
    while (writer.retain(time, retention)) {
    }
  }
  ok = ok && writer.roll_up(end);
  if (!ok) fmt::print(stderr, "{}\n", writer.error());
  return ok;
}

BlockCost block_cost(const std::string& path, std::uint64_t rows) {
  if (!store::Writer::open(path).ok()) return {};
  SQLite::Database db(path, SQLite::OPEN_READWRITE);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN");
  store::BlockTable blocks(db);
  Requests requests;
  std::vector<store::RequestRow> batch;
  BlockCost cost;
  UnixMicros time = SystemClock().unix_now();
  for (std::uint64_t at = 0; at < rows;) {
    batch.clear();
    for (; at < rows && batch.size() < kBatch; ++at) {
      batch.push_back(requests.next(time += 50, batch.size()));
    }
    const std::clock_t before = std::clock();
    blocks.note(batch, static_cast<std::int64_t>(at));
    if (at % 20'000 == 0) db.exec("COMMIT; BEGIN");
    cost.ns += static_cast<double>(std::clock() - before) * 1e9 / CLOCKS_PER_SEC;
  }
  db.exec("COMMIT");
  cost.ns /= static_cast<double>(rows);
  cost.bytes =
      static_cast<double>(
          db.execAndGet("SELECT sum(length(groups) + length(words) + 30) FROM blocks").getInt64()) /
      static_cast<double>(rows);
  return cost;
}

}  // namespace store_bench
