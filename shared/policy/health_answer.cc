#include "shared/policy/health_answer.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace gateway::policy {
namespace {

std::optional<std::uint16_t> number(std::string_view text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

HealthAnswer::HealthAnswer(const config::Health& health) : body_(health.body) {
  for (const std::string_view range : health.statuses) {
    const std::size_t dash = range.find('-');
    const auto first = number(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(range.substr(dash + 1));
    if (first && last) statuses_.emplace_back(*first, *last);
  }
}

bool HealthAnswer::status_is_well(std::uint16_t status) const {
  return std::any_of(statuses_.begin(), statuses_.end(), [&](const auto& range) {
    return status >= range.first && status <= range.second;
  });
}

}  // namespace gateway::policy
