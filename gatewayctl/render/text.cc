#include "gatewayctl/render/text.h"

#include "shared/config/visible_text.h"

namespace gateway::ctl {

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const config::VisibleCharacter next = config::next_visible(text);
    width += next.width;
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace gateway::ctl
