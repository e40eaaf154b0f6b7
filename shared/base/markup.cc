#include "shared/base/markup.h"

namespace gateway {
namespace {

std::string escape(std::string_view text, std::string_view line_end) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += line_end;
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

}  // namespace

std::string escape_markup(std::string_view text) {
  return escape(text, "\n");
}

std::string escape_attribute(std::string_view text) {
  return escape(text, "&#10;");
}

}  // namespace gateway
