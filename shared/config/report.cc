#include "shared/config/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "shared/config/limits.h"

namespace gateway::config {

void Report::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::error) ++errors_;
  if (items_.size() >= kMaxFindings) {
    ++left_out_;
    return;
  }
  items_.push_back(std::move(diagnostic));
}

void Report::error(std::string_view id, Place place, std::string message, std::string hint) {
  add({Severity::error, std::string(id), std::move(message), place, std::move(hint)});
}

void Report::warning(std::string_view id, Place place, std::string message, std::string hint) {
  add({Severity::warning, std::string(id), std::move(message), place, std::move(hint)});
}

std::string Report::describe(Place place) const {
  if (place.file >= files_.size()) return "its default";
  return fmt::format("{}:{}", files_[place.file].path, place.line);
}

std::vector<Diagnostic> Report::take() {
  const auto order = [](const Diagnostic& d) {
    return std::tuple(d.place.file, d.place.line, d.place.column);
  };
  std::stable_sort(items_.begin(), items_.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return order(a) < order(b); });
  if (left_out_ > 0) {
    const Place place{items_.back().place.file, 0, 0, 0};
    items_.push_back({errors_ > 0 ? Severity::error : Severity::warning, "too-many-findings",
                      fmt::format("{} more findings are not shown", left_out_), place,
                      "mend those above and run it again"});
  }
  return std::move(items_);
}

}  // namespace gateway::config
