#include "shared/policy/percent_decode.h"

namespace gateway::policy {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The octet that an escape at `at` stands for; -1 when there is none.
int escaped_octet(std::string_view text, std::size_t at) {
  if (text[at] != '%' || text.size() - at < 3) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

}  // namespace

void percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  std::size_t start = 0;  // of what can be appended as it is
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+' && plus_is_space) {
      out.append(text, start, at - start).append(1, ' ');
      start = at + 1;
    } else if (const int octet = escaped_octet(text, at); octet >= 0) {
      out.append(text, start, at - start).append(1, static_cast<char>(octet));
      at += 2;
      start = at + 1;
    }
  }
  out.append(text, start);
}

bool has_escape(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (escaped_octet(text, at) >= 0) return true;
  }
  return false;
}

}  // namespace gateway::policy
