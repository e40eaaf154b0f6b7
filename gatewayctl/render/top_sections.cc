#include "gatewayctl/render/top_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/text.h"

namespace gateway::ctl {
namespace {

constexpr std::size_t kWidestName = 24;  // columns of the name of a service or a route

// Rows in columns two apart, all but the last as wide as their widest cell.
TopSection columns(std::vector<std::vector<Cell>> rows, std::string none) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i].text));
    }
  }
  TopSection section{{}, {}, std::move(none)};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t i = 0; i + 1 < rows[row].size(); ++i) {
      rows[row][i].text.append(widths[i] - display_width(rows[row][i].text) + 2, ' ');
    }
    if (row == 0) {
      section.header = std::move(rows[row]);
    } else {
      section.rows.push_back(std::move(rows[row]));
    }
  }
  return section;
}

std::vector<Cell> heads(std::initializer_list<const char*> names) {
  std::vector<Cell> row;
  for (const char* name : names) row.emplace_back(name, Colour::bold);
  return row;
}

std::string short_name(std::string_view name) {
  std::string out;
  std::size_t used = 0;
  while (!name.empty()) {
    const auto next = config::next_visible(name);
    if (used + next.width > kWidestName - 1 && name.size() > next.bytes) return out + "…";
    out += next.text;
    used += next.width;
    name.remove_prefix(next.bytes);
  }
  return out;
}

Colour health_colour(std::string_view health) {
  if (health == "healthy") return Colour::green;
  if (health == "degraded") return Colour::yellow;
  return health == "unhealthy" ? Colour::red : Colour::dim;
}

Colour breaker_colour(std::string_view breaker) {
  if (breaker.starts_with("open")) return Colour::red;
  return breaker.starts_with("half-open") ? Colour::yellow : Colour::none;
}

std::string latency(const std::optional<std::uint32_t>& micros) {
  return micros ? format_latency(*micros) : "–";
}

TopSection services_of(const TopFigures& figures, TopSort sort) {
  auto services = figures.status.services;
  std::stable_sort(services.begin(), services.end(), [&](const auto& a, const auto& b) {
    switch (sort) {
      case TopSort::requests:
        return a.rps > b.rps;
      case TopSort::errors:
        return a.errors_5xx > b.errors_5xx;
      case TopSort::latency:
        return a.p99_us.value_or(0) > b.p99_us.value_or(0);
      case TopSort::name:
        break;
    }
    return a.name < b.name;
  });
  std::vector<std::vector<Cell>> rows = {
      heads({"SERVICE", "HEALTH", "BREAKER", "UP", "RPS", "P50", "P99", "5xx"})};
  for (const auto& service : services) {
    const std::string breaker = service.breaker.value_or("–");
    rows.push_back(
        {Cell(short_name(service.name)),
         {service.health, health_colour(service.health)},
         {breaker, breaker_colour(breaker)},
         fmt::format("{}/{}", service.instances_up, service.instances_total),
         format_rate(service.rps),
         latency(service.p50_us),
         latency(service.p99_us),
         {format_count(service.errors_5xx), service.errors_5xx > 0 ? Colour::red : Colour::none}});
  }
  return columns(std::move(rows), "no service is configured");
}

double error_share(const store::StatsRow& row) {
  return row.requests == 0 ? 0
                           : static_cast<double>(row.errors) / static_cast<double>(row.requests);
}

TopSection routes_of(const TopFigures& figures, TopSort sort) {
  auto routes = figures.routes.rows;
  std::stable_sort(routes.begin(), routes.end(), [&](const auto& a, const auto& b) {
    switch (sort) {
      case TopSort::requests:
        return a.requests > b.requests;
      case TopSort::errors:
        return error_share(a) > error_share(b);
      case TopSort::latency:
        return a.p99_us > b.p99_us;
      case TopSort::name:
        break;
    }
    return a.key < b.key;
  });
  const double seconds =
      std::max(static_cast<double>(figures.taken - figures.routes.since) / 1e6, 1.0);
  std::vector<std::vector<Cell>> rows = {
      heads({"ROUTE (5 MIN)", "RPS", "ERR %", "P50", "P90", "P95", "P99", "MAX"})};
  for (const auto& route : routes) {
    const double share = error_share(route);
    rows.push_back({Cell(route.key.empty() ? "(none)" : short_name(route.key),
                         route.key.empty() ? Colour::dim : Colour::none),
                    format_rate(static_cast<double>(route.requests) / seconds),
                    {format_percent(share, 2), share > 0 ? Colour::red : Colour::none},
                    format_latency(route.p50_us),
                    format_latency(route.p90_us),
                    format_latency(route.p95_us),
                    format_latency(route.p99_us),
                    format_latency(route.max_us)});
  }
  return columns(std::move(rows),
                 figures.missing.empty() ? "no request in the last minutes" : figures.missing);
}

TopSection errors_of(const TopFigures& figures) {
  std::vector<std::vector<Cell>> rows = {
      heads({"NEWEST ERRORS", "STATUS", "ROUTE", "DECIDED BY", "REQUEST"})};
  for (const store::LogRow& row : figures.errors) {
    constexpr std::size_t kClockAt = 11;  // within 2026-01-02T14:02:11.482Z
    constexpr std::size_t kClock = 12;
    rows.push_back({Cell(format_time(row.time).substr(kClockAt, kClock)),
                    {std::to_string(row.status), Colour::red},
                    Cell(row.route.empty() ? "–" : short_name(row.route)),
                    Cell(row.decider),
                    Cell(row.method + " " + row.path)});
  }
  return columns(std::move(rows), "none in the last hour");
}

}  // namespace

std::vector<TopLine> top_head(const TopFigures& figures) {
  const control::GatewayStatus& status = figures.status;
  const std::uint64_t dropped = status.log.dropped_successes + status.log.dropped_failures;
  const Colour errors = status.error_rate > 0 ? Colour::red : Colour::none;
  return {{Cell(fmt::format("gatewayd {}", status.version), Colour::bold),
           Cell(fmt::format("   up {}   revision {}   {} UTC", format_span(status.uptime_s),
                            status.revision, format_time(figures.taken).substr(11, 8)))},
          {Cell(fmt::format("requests {}/s   ", format_rate(status.requests_per_second))),
           Cell(fmt::format("errors {} %", format_percent(status.error_rate, 1)), errors),
           Cell(fmt::format("   connections {}   ", format_count(status.connections))),
           status.log.suspended ? Cell("the log is suspended", Colour::red)
                                : Cell(fmt::format("log lag {} ms", status.log.lag_ms)),
           Cell(dropped == 0 ? std::string() : fmt::format(", {} dropped", format_count(dropped)),
                Colour::red)}};
}

std::vector<TopSection> top_sections(const TopFigures& figures, TopSort sort) {
  return {services_of(figures, sort), routes_of(figures, sort), errors_of(figures)};
}

}  // namespace gateway::ctl
