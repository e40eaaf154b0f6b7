#include "gatewayctl/render/numbers.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

#include "shared/base/timestamp.h"

namespace gateway::ctl {
namespace {

// Two digits below ten, none after the point above, in the unit given.
std::string two_digits(double value, std::string_view unit) {
  return value < 9.95 ? fmt::format("{:.1f}{}", value, unit) : fmt::format("{:.0f}{}", value, unit);
}

struct Unit {
  std::uint64_t seconds;
  char letter;
};
constexpr std::array kUnits = {Unit{86'400, 'd'}, Unit{3'600, 'h'}, Unit{60, 'm'}, Unit{1, 's'}};

}  // namespace

std::string format_count(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string format_latency(std::uint64_t micros) {
  const auto value = static_cast<double>(micros);
  if (micros < 1'000) return fmt::format("{}µs", micros);
  if (value < 999.5e3) return two_digits(value / 1e3, "ms");
  return two_digits(value / 1e6, "s");
}

std::string format_rate(double per_second) {
  if (!(per_second > 0)) return "0";
  if (per_second < 9.95) return fmt::format("{:.1f}", per_second);
  return format_count(static_cast<std::uint64_t>(std::llround(per_second)));
}

std::string format_memory(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  constexpr std::array kBinary = {" KiB", " MiB", " GiB", " TiB"};
  for (; value >= 1023.5 && unit + 1 < kBinary.size(); ++unit) value /= 1024;
  return two_digits(value, kBinary[unit]);
}

std::string format_percent(double share, int digits) {
  return fmt::format("{:.{}f}", share * 100, digits);
}

std::string format_span(std::uint64_t seconds) {
  for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
    if (seconds < kUnits[i].seconds) continue;
    const std::uint64_t rest = seconds % kUnits[i].seconds / kUnits[i + 1].seconds;
    return fmt::format("{}{} {}{}", seconds / kUnits[i].seconds, kUnits[i].letter, rest,
                       kUnits[i + 1].letter);
  }
  return fmt::format("{}s", seconds);
}

std::string format_ago(std::uint64_t seconds) {
  for (const Unit& unit : kUnits) {
    if (seconds >= unit.seconds)
      return fmt::format("{}{} ago", seconds / unit.seconds, unit.letter);
  }
  return "0s ago";
}

std::string format_time(UnixMicros time) {
  const std::string whole = format_rfc3339(time - time % 1'000'000);
  return fmt::format("{}.{:03}Z", whole.substr(0, whole.size() - 1), time % 1'000'000 / 1'000);
}

}  // namespace gateway::ctl
