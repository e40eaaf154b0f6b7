#include "shared/config/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace gateway::config {
namespace {

std::size_t count(const Diagnostics& diagnostics, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(diagnostics.items.begin(), diagnostics.items.end(),
                    [&](const Diagnostic& item) { return item.severity == severity; }));
}

const std::string& path_of(const Diagnostics& diagnostics, const Diagnostic& item) {
  static const std::string kUnknown = "-";
  return item.place.file < diagnostics.files.size() ? diagnostics.files[item.place.file].path
                                                    : kUnknown;
}

// The line a finding points into, as it may be shown; empty without a place, and where it is too
// long for a reader to be pleased.
std::string source_line(const Diagnostics& diagnostics, const Diagnostic& item) {
  constexpr std::size_t kMostLine = 1024;
  if (!item.place || item.place.file >= diagnostics.files.size()) return {};
  std::string_view text = diagnostics.files[item.place.file].text;
  for (std::uint32_t line = 1; line < item.place.line; ++line) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text.size() > kMostLine ? std::string() : std::string(text);
}

}  // namespace

std::size_t Diagnostics::errors() const {
  return count(*this, Severity::error);
}
std::size_t Diagnostics::warnings() const {
  return count(*this, Severity::warning);
}

std::string render_json(const Diagnostics& diagnostics) {
  auto items = nlohmann::ordered_json::array();
  for (const Diagnostic& item : diagnostics.items) {
    items.push_back({{"severity", item.severity == Severity::error ? "error" : "warning"},
                     {"id", item.id},
                     {"message", item.message},
                     {"file", path_of(diagnostics, item)},
                     {"line", item.place.line},
                     {"column", item.place.column},
                     {"length", item.place.length},
                     {"source", source_line(diagnostics, item)},
                     {"hint", item.hint}});
  }
  const nlohmann::ordered_json document = {{"format", 1},
                                           {"errors", diagnostics.errors()},
                                           {"warnings", diagnostics.warnings()},
                                           {"diagnostics", std::move(items)}};
  // Names and paths may be any bytes; JSON holds UTF-8 alone.
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string first_error(const Diagnostics& diagnostics) {
  for (const Diagnostic& item : diagnostics.items) {
    if (item.severity != Severity::error) continue;
    const std::string& path = path_of(diagnostics, item);
    if (!item.place) return fmt::format("{} {}", path, item.id);
    return fmt::format("{}:{}:{} {}", path, item.place.line, item.place.column, item.id);
  }
  return {};
}

}  // namespace gateway::config
