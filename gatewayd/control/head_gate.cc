#include "gatewayd/control/head_gate.h"

#include "shared/base/ascii.h"

namespace gateway::control {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

bool is_range(std::string_view line) {
  const auto colon = line.find(':');
  return colon != std::string_view::npos && ascii_iequals(trim_ows(line.substr(0, colon)), "range");
}

}  // namespace

HeadGate::State HeadGate::refuse(int status, std::string_view detail) {
  status_ = status;
  detail_ = detail;
  return State::refused;
}

HeadGate::State HeadGate::feed(std::string_view bytes) {
  bytes_.append(bytes);
  for (; scanned_ < bytes_.size(); ++scanned_) {
    if (scanned_ == kMaxHead) return refuse(431, "the head is larger than 16 KiB");
    const char c = bytes_[scanned_];
    if (c == '\n') {
      if (scanned_ == 0 || bytes_[scanned_ - 1] != '\r') {
        return refuse(400, "a line of the head ends without a carriage return");
      }
      const std::string_view head = std::string_view(bytes_).substr(0, scanned_ + 1);
      if (head.ends_with(kEndOfHead)) {
        end_ = scanned_ + 1;
        return State::complete;
      }
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\r' && c != '\t') || c == 0x7f) {
      return refuse(400, "the head holds a control byte");
    }
  }
  return State::more;
}

std::string HeadGate::take() {
  std::string kept;
  kept.reserve(bytes_.size());
  std::string_view rest = std::string_view(bytes_).substr(0, end_);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    if (!is_range(line)) kept.append(line);
    rest.remove_prefix(line.size());
  }
  kept.append(bytes_, end_);
  return kept;
}

}  // namespace gateway::control
