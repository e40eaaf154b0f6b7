#include "gatewayctl/render/annotation.h"

#include <fmt/format.h>

namespace gateway::ctl {
namespace {

// What delimits is written as %25, %0A …
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    const bool delimits = c == '%' || c == '\r' || c == '\n';
    const bool within = property && (c == ':' || c == ',');
    out += delimits || within ? fmt::format("%{:02X}", static_cast<unsigned char>(c))
                              : std::string(1, c);
  }
  return out;
}

}  // namespace

std::string annotation(std::string_view kind, const std::string& path, config::Place place,
                       std::string_view title, const std::string& message) {
  std::string out = fmt::format("::{} file={}", kind, escaped(path, true));
  if (place) out += fmt::format(",line={},col={}", place.line, place.column);
  return out + fmt::format(",title={}::{}\n", escaped(title, true), escaped(message, false));
}

std::string annotations(const config::Diagnostics& findings) {
  std::string out;
  for (const config::Diagnostic& item : findings.items) {
    const bool known = item.place.file < findings.files.size();
    out += annotation(item.severity == config::Severity::error ? "error" : "warning",
                      known ? findings.files[item.place.file].path : "", item.place, item.id,
                      item.hint.empty() ? item.message : item.message + "; " + item.hint);
  }
  return out;
}

}  // namespace gateway::ctl
