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

std::optional<std::uint32_t> latency_bound(std::string_view text) {
  const auto duration = parse_duration(text);
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max() / 1'000;
  if (!duration || duration->count() > kMost) return std::nullopt;
  return static_cast<std::uint32_t>(duration->count() * 1'000);
}

// Options that restrict one column to one text.
template <class Filter>
struct TextOption {
  std::string_view name;
  std::string Filter::*field;
};
constexpr TextOption<store::LogFilter> kTexts[] = {
    {"--path", &store::LogFilter::path_prefix}, {"--service", &store::LogFilter::service},
    {"--route", &store::LogFilter::route},      {"--user", &store::LogFilter::user},
    {"--client", &store::LogFilter::client},    {"--grep", &store::LogFilter::text},
};
constexpr TextOption<store::SecurityFilter> kEventTexts[] = {
    {"--rule", &store::SecurityFilter::rule}, {"--route", &store::SecurityFilter::route},
    {"--user", &store::SecurityFilter::user}, {"--client", &store::SecurityFilter::client},
    {"--grep", &store::SecurityFilter::text},
};

// What only one of the two logs has.
constexpr std::string_view kRequestsOnly[] = {"--status", "--method", "--path", "--service",
                                              "--slower-than"};
constexpr std::string_view kEventsOnly[] = {"--kind", "--rule", "--action"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

// What both logs take: the window, the texts, the number of rows.
template <class Filter, std::size_t N>
std::optional<OptionError> read_common(const Invocation& invocation,
                                       const TextOption<Filter> (&texts)[N], Filter& filter) {
  if (auto wrong = time_option(invocation, "--since", filter.since)) return wrong;
  if (auto wrong = time_option(invocation, "--until", filter.until)) return wrong;
  for (const auto& option : texts) {
    filter.*option.field = invocation.value(option.name).value_or("");
  }
  filter.limit = kDefaultLogRows;
  if (const auto lines = invocation.value("--lines")) {
    const auto count = parse_count(*lines, kMostLogRows);
    if (!count) return takes("--lines", "a number from 1 to 1000000", *lines);
    filter.limit = *count;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> parse_count(std::string_view text, std::size_t most) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && count >= 1 && count <= most ? std::optional(count) : std::nullopt;
}

std::optional<OptionError> time_option(const Invocation& invocation, std::string_view name,
                                       std::optional<UnixMicros>& out) {
  const auto given = invocation.value(name);
  if (!given) return std::nullopt;
  out = parse_time_argument(*given, invocation.console.now());
  return out ? std::nullopt : std::optional(takes(name, kTakesTime, *given));
}

Result<store::LogFilter, OptionError> log_filter(const Invocation& invocation) {
  store::LogFilter filter;
  for (const std::string_view option : kEventsOnly) {
    if (invocation.has(option)) return OptionError{fmt::format("{} needs --security", option)};
  }
  if (auto wrong = read_common(invocation, kTexts, filter)) return *wrong;
  filter.method = upper(invocation.value("--method").value_or(""));
  if (const auto status = invocation.value("--status")) {
    if (!control::parse_status(*status, filter)) {
      return takes("--status", "a status (404), a class (5xx) or a range (400-499)", *status);
    }
  }
  if (const auto bound = invocation.value("--slower-than")) {
    filter.slower_than_us = latency_bound(*bound);
    if (!filter.slower_than_us) return takes("--slower-than", "250ms or 2s, up to 1h", *bound);
  }
  return filter;
}

Result<store::SecurityFilter, OptionError> security_filter(const Invocation& invocation) {
  store::SecurityFilter filter;
  for (const std::string_view option : kRequestsOnly) {
    if (invocation.has(option)) {
      return OptionError{fmt::format("{} does not go with --security", option)};
    }
  }
  if (auto wrong = read_common(invocation, kEventTexts, filter)) return *wrong;
  if (const auto kind = invocation.value("--kind")) {
    if (!control::parse_kind(*kind, filter)) {
      return takes("--kind", "a kind of event (threat, rate-limited, unauthenticated)", *kind);
    }
  }
  if (const auto action = invocation.value("--action")) {
    if (!control::parse_action(*action, filter)) {
      return takes("--action", "blocked or observed", *action);
    }
  }
  return filter;
}

}  // namespace gateway::ctl
