#include "shared/policy/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace gateway::policy {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  // More than can be counted is more than there is.
  return error == std::errc() ? value : UINT64_MAX;
}

bool if_range_holds(const Fields& request, const Validators& answer) {
  const Field* field = find_field(request, "if-range");
  if (field == nullptr) return true;
  if (field->value.find('"') != field->value.npos) {
    return same_strong_etag(field->value, answer.etag);
  }
  return !answer.last_modified.empty() && field->value == answer.last_modified;
}

}  // namespace

ByteRange choose_range(const Fields& request, const Validators& answer, std::uint64_t size) {
  using Kind = ByteRange::Kind;
  const Field* field = find_field(request, FieldId::range);
  if (field == nullptr) return {};
  constexpr std::string_view kUnit = "bytes=";
  std::string_view set = field->value;
  if (!ascii_iequals(set.substr(0, kUnit.size()), kUnit) || !if_range_holds(request, answer)) {
    return {};
  }
  set = trim_ows(set.substr(kUnit.size()));
  const std::size_t dash = set.find('-');
  if (dash == set.npos || set.find(',') != set.npos) return {};
  const std::string_view from = set.substr(0, dash);
  const std::string_view to = set.substr(dash + 1);
  const auto first = number(from);
  const auto last = number(to);
  if ((!from.empty() && !first) || (!to.empty() && !last)) return {};
  if (from.empty()) {
    if (!last) return {};
    if (*last == 0 || size == 0) return {Kind::unsatisfiable, 0, 0};
    return {Kind::part, size - std::min(*last, size), size - 1};
  }
  if (last && *last < *first) return {};
  if (*first >= size) return {Kind::unsatisfiable, 0, 0};
  return {Kind::part, *first, last ? std::min(*last, size - 1) : size - 1};
}

}  // namespace gateway::policy
