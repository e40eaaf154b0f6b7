#include <fmt/format.h>

#include <iterator>
#include <map>

#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"
#include "gatewayctl/render/text.h"
#include "gatewayctl/render/views.h"
#include "shared/base/timestamp.h"
#include "shared/control/queries.h"

namespace gateway::ctl {
namespace {

// A change of less than this share is no news.
constexpr double kWorthColour = 0.1;

std::string heading_of(store::StatsBy by) {
  std::string out(control::name_of(by));
  for (char& c : out) c = static_cast<char>(c - 32);
  return out;
}

double error_share(const store::StatsRow& row) {
  return row.requests == 0 ? 0
                           : static_cast<double>(row.errors) / static_cast<double>(row.requests);
}

Cell error_cell(const store::StatsRow& row) {
  return {format_percent(error_share(row), 2), row.errors > 0 ? Colour::red : Colour::none};
}

std::string label_of(const store::StatsRow& row) {
  return row.key.empty() ? "(none)" : row.key;
}

// "+12 %", "-3 %", "new" where there was nothing before, "–" where there is nothing at all.
std::string change_of(double now, double before) {
  if (before <= 0) return now > 0 ? "new" : "–";
  return fmt::format("{:+.0f} %", (now - before) / before * 100);
}

// A latency beside how it changed; more than kWorthColour up is bad, down is good.
Cell latency_cell(std::uint32_t now, std::uint32_t before, bool both) {
  if (!both) return format_latency(now);
  const double change = before == 0 ? 0 : (double{1} * now - before) / before;
  const Colour colour = change > kWorthColour    ? Colour::red
                        : change < -kWorthColour ? Colour::green
                                                 : Colour::none;
  return {fmt::format("{} ({})", format_latency(now), change_of(now, before)), colour};
}

void add_compared(Table& table, const std::string& label, const store::StatsRow& now,
                  const store::StatsRow& before, const StatsPair& pair) {
  const bool both = now.requests > 0 && before.requests > 0;
  const double rate = pair.now.rate_of(now);
  const double rate_before = pair.before.rate_of(before);
  table.add({label,
             format_count(now.requests),
             fmt::format("{} ({})", format_rate(rate), change_of(rate, rate_before)),
             {fmt::format("{} (was {})", format_percent(error_share(now), 2),
                          format_percent(error_share(before), 2)),
              error_share(now) > error_share(before) ? Colour::red : Colour::none},
             latency_cell(now.p50_us, before.p50_us, both),
             latency_cell(now.p95_us, before.p95_us, both),
             latency_cell(now.p99_us, before.p99_us, both),
             latency_cell(now.max_us, before.max_us, both)});
}

void add_numbers(std::string& line, const store::StatsRow& row, double rate) {
  fmt::format_to(std::back_inserter(line), ",{},{:.3f},{},{},{},{},{},{},{},{},{}", row.requests,
                 rate, row.errors, row.bytes_in, row.bytes_out, row.mean_us, row.p50_us, row.p90_us,
                 row.p95_us, row.p99_us, row.max_us);
}

constexpr std::string_view kNumbers[] = {"requests",  "requests_per_second",
                                         "errors",    "bytes_in",
                                         "bytes_out", "mean_us",
                                         "p50_us",    "p90_us",
                                         "p95_us",    "p99_us",
                                         "max_us"};

// The rows of both windows by key, in the order of the present one, then what only was before.
std::vector<std::pair<store::StatsRow, store::StatsRow>> joined(const StatsPair& pair) {
  std::map<std::string, store::StatsRow> before;
  for (const auto& row : pair.before.rows) before[row.key] = row;
  std::vector<std::pair<store::StatsRow, store::StatsRow>> rows;
  for (const auto& row : pair.now.rows) {
    rows.emplace_back(row, before[row.key]);
    before.erase(row.key);
  }
  for (const auto& row : pair.before.rows) {
    if (!before.contains(row.key)) continue;
    rows.emplace_back(store::StatsRow{}, row);
    rows.back().first.key = row.key;
  }
  return rows;
}

}  // namespace

std::string render_stats(const store::Stats& stats, store::StatsBy by, bool colour) {
  const std::string heading = heading_of(by);
  Table table({heading, "REQUESTS", "RPS", "ERR %", "P50", "P90", "P95", "P99", "MAX"});
  const auto add = [&](const store::StatsRow& row, std::string_view key) {
    table.add({key, format_count(row.requests), format_rate(stats.rate_of(row)), error_cell(row),
               format_latency(row.p50_us), format_latency(row.p90_us), format_latency(row.p95_us),
               format_latency(row.p99_us), format_latency(row.max_us)});
  };
  for (const auto& row : stats.rows) add(row, label_of(row));
  if (stats.rows.size() > 1) add(stats.total, "total");
  return table.render(colour);
}

std::string render_comparison(const StatsPair& pair, store::StatsBy by, bool colour) {
  const auto window = [](const store::Stats& stats) {
    return format_rfc3339(stats.since) + " to " + format_rfc3339(stats.until);
  };
  const std::string heading = heading_of(by);
  Table table({heading, "REQUESTS", "RPS", "ERR %", "P50", "P95", "P99", "MAX"});
  for (const auto& [now, before] : joined(pair)) {
    add_compared(table, label_of(now), now, before, pair);
  }
  add_compared(table, "total", pair.now.total, pair.before.total, pair);
  return fmt::format("{}\ncompared with {}\n", window(pair.now), window(pair.before)) +
         table.render(colour);
}

std::string stats_csv(const store::Stats& stats) {
  std::string out = fmt::format("key,{}\r\n", fmt::join(kNumbers, ","));
  for (const auto& row : stats.rows) {
    out += csv_field(row.key);
    add_numbers(out, row, stats.rate_of(row));
    out += "\r\n";
  }
  return out;
}

std::string comparison_csv(const StatsPair& pair) {
  std::string out = fmt::format("key,{},before_{}\r\n", fmt::join(kNumbers, ","),
                                fmt::join(kNumbers, ",before_"));
  for (const auto& [now, before] : joined(pair)) {
    out += csv_field(now.key);
    add_numbers(out, now, pair.now.rate_of(now));
    add_numbers(out, before, pair.before.rate_of(before));
    out += "\r\n";
  }
  return out;
}

}  // namespace gateway::ctl
