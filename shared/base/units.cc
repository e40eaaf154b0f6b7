#include "shared/base/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace gateway {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array kDurations = {Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                   Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array kSizes = {Unit{"B", 1}, Unit{"KiB", 1ull << 10}, Unit{"MiB", 1ull << 20},
                               Unit{"GiB", 1ull << 30}, Unit{"TiB", 1ull << 40}};

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text, const std::array<Unit, N>& units) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (number > kMost / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string format(std::uint64_t value, const std::array<Unit, N>& units) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < N; ++i) {
    if (value != 0 && value % units[i].factor == 0) best = i;
  }
  return fmt::format("{}{}", value / units[best].factor, units[best].name);
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto value = parse(text, kDurations);
  if (!value) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(*value));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse(text, kSizes);
}

std::string format_duration(milliseconds duration) {
  return format(static_cast<std::uint64_t>(duration.count()), kDurations);
}

std::string format_size(std::uint64_t bytes) {
  return format(bytes, kSizes);
}

}  // namespace gateway
