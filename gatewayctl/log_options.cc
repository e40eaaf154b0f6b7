#include "gatewayctl/log_options.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "gatewayctl/time_argument.h"
#include "shared/base/units.h"
#include "shared/control/queries.h"

namespace gateway::ctl {
namespace {

OptionError takes(std::string_view option, std::string_view what, std::string_view given) {
  return {fmt::format("{} takes {}, not \"{}\"", option, what, given)};
}

std::optional<std::size_t> row_count(std::string_view text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && count >= 1 && count <= kMostLogRows ? std::optional(count) : std::nullopt;
}

std::optional<std::uint32_t> latency_bound(std::string_view text) {
  const auto duration = parse_duration(text);
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max() / 1'000;
  if (!duration || duration->count() > kMost) return std::nullopt;
  return static_cast<std::uint32_t>(duration->count() * 1'000);
}

// Options that restrict one column to one text.
struct TextOption {
  std::string_view name;
  std::string store::LogFilter::*field;
};
constexpr TextOption kTexts[] = {
    {"--path", &store::LogFilter::path_prefix}, {"--service", &store::LogFilter::service},
    {"--route", &store::LogFilter::route},      {"--user", &store::LogFilter::user},
    {"--client", &store::LogFilter::client},    {"--grep", &store::LogFilter::text},
};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

}  // namespace

std::optional<OptionError> time_option(const Invocation& invocation, std::string_view name,
                                       std::optional<UnixMicros>& out) {
  const auto given = invocation.value(name);
  if (!given) return std::nullopt;
  out = parse_time_argument(*given, invocation.console.now());
  return out ? std::nullopt : std::optional(takes(name, kTakesTime, *given));
}

Result<store::LogFilter, OptionError> log_filter(const Invocation& invocation) {
  store::LogFilter filter;
  if (auto wrong = time_option(invocation, "--since", filter.since)) return *wrong;
  if (auto wrong = time_option(invocation, "--until", filter.until)) return *wrong;
  for (const TextOption& option : kTexts) {
    filter.*option.field = invocation.value(option.name).value_or("");
  }
  filter.method = upper(invocation.value("--method").value_or(""));
  if (const auto status = invocation.value("--status")) {
    if (!control::parse_status(*status, filter)) {
      return takes("--status", "a status (404) or a class (5xx)", *status);
    }
  }
  if (const auto bound = invocation.value("--slower-than")) {
    filter.slower_than_us = latency_bound(*bound);
    if (!filter.slower_than_us) return takes("--slower-than", "250ms or 2s, up to 1h", *bound);
  }
  filter.limit = kDefaultLogRows;
  if (const auto lines = invocation.value("--lines")) {
    const auto count = row_count(*lines);
    if (!count) return takes("--lines", "a number from 1 to 1000000", *lines);
    filter.limit = *count;
  }
  return filter;
}

}  // namespace gateway::ctl
