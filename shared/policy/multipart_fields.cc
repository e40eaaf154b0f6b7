#include "shared/policy/multipart_fields.h"

#include <algorithm>

#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

constexpr std::size_t kMaxBoundary = 70;

// The value of `key="value"` or `key=value` among the parameters behind a first semicolon; what is
// not there is told by a null view.
std::string_view parameter(std::string_view field, std::string_view key) {
  std::size_t at = field.find(';');
  while (at != std::string_view::npos) {
    std::string_view rest = trim_ows(field.substr(at + 1));
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos) return {};
    const bool wanted = rest[equals] == '=' && ascii_iequals(trim_ows(rest.substr(0, equals)), key);
    rest = trim_ows(rest.substr(rest[equals] == '=' ? equals + 1 : equals));
    const bool quoted = !rest.empty() && rest.front() == '"';
    const std::size_t end = quoted ? rest.find('"', 1) : rest.find(';');
    if (wanted)
      return quoted ? rest.substr(1, std::min(end, rest.size()) - 1) : rest.substr(0, end);
    if (end == std::string_view::npos) return {};
    field = rest.substr(end);
    at = field.find(';');
  }
  return {};
}

// The Content-Disposition of a part's head; empty when it has none.
std::string_view disposition(std::string_view head) {
  constexpr std::string_view kName = "content-disposition:";
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    const std::string_view line = head.substr(0, end);
    if (line.size() > kName.size() && ascii_iequals(line.substr(0, kName.size()), kName)) {
      return trim_ows(line.substr(kName.size(), line.find('\r') - kName.size()));
    }
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  }
  return {};
}

}  // namespace

MultipartFields::MultipartFields(std::string_view body, std::string_view boundary)
    : boundary_(boundary) {
  const std::size_t first = boundary.empty() ? std::string_view::npos : body.find(boundary);
  if (first == std::string_view::npos) return;
  rest_ = body.substr(first + boundary.size());
}

// What stands between two boundaries, or between the last one and the end.
bool MultipartFields::take_part(std::string_view& part) {
  if (rest_.empty() || rest_.substr(0, 2) == "--") return false;
  const std::size_t end = rest_.find(boundary_);
  part = rest_.substr(0, end);
  if (end == std::string_view::npos) {
    rest_ = {};
    return true;
  }
  rest_.remove_prefix(end + boundary_.size());
  if (part.size() >= 2 && part.substr(part.size() - 2) == "--") part.remove_suffix(2);
  if (!part.empty() && part.back() == '\n') part.remove_suffix(1);
  if (!part.empty() && part.back() == '\r') part.remove_suffix(1);
  return true;
}

bool MultipartFields::next() {
  std::string_view part;
  while (take_part(part)) {
    std::size_t head = part.find("\r\n\r\n");
    std::size_t gap = 4;
    if (head == std::string_view::npos) {
      head = part.find("\n\n");
      gap = 2;
    }
    if (head == std::string_view::npos) continue;
    const std::string_view field = disposition(part.substr(0, head));
    const bool file = parameter(field, "filename").data() != nullptr ||
                      parameter(field, "filename*").data() != nullptr;
    if (field.empty() || file) continue;
    name_ = parameter(field, "name");
    value_ = part.substr(head + gap);
    return true;
  }
  return false;
}

std::string_view multipart_boundary(std::string_view content_type) {
  const std::string_view boundary = parameter(content_type, "boundary");
  return boundary.size() > kMaxBoundary ? std::string_view() : boundary;
}

}  // namespace gateway::policy
