#include "shared/config/roff.h"

namespace gateway::config {

std::string roff(std::string_view text) {
  std::string out;
  constexpr std::string_view kEllipsis = "…";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i, kEllipsis.size()) == kEllipsis) {
      out += "\\&...";
      i += kEllipsis.size() - 1;
      continue;
    }
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '"':
        out += "\\(dq";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '`':
        out += "\\(ga";
        break;
      default:
        out += c;
    }
  }
  // A line that begins with a dot would be a macro.
  return out.empty() || out.front() != '.' ? out : "\\&" + out;
}

}  // namespace gateway::config
