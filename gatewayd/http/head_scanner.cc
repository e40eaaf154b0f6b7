#include <cstring>

#include "gatewayd/http/head.h"

namespace gateway::http {

HeadScanner::State HeadScanner::scan(std::string_view received) {
  while (at_ < received.size()) {
    const auto* newline =
        static_cast<const char*>(std::memchr(received.data() + at_, '\n', received.size() - at_));
    if (newline == nullptr) {
      at_ = received.size();
      return State::incomplete;
    }
    at_ = static_cast<std::size_t>(newline - received.data()) + 1;
    const std::size_t length = at_ - line_;  // of the line, its newline included
    if (length < 2 || newline[-1] != '\r') return State::malformed;
    if (length == 2) return State::complete;
    line_ = at_;
  }
  return State::incomplete;
}

}  // namespace gateway::http
