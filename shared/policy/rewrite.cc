#include "shared/policy/rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "shared/policy/captures.h"
#include "shared/routing/path.h"

namespace gateway::policy {
namespace {

using routing::PathPattern;
using routing::PatternError;

std::optional<PatternError> check_literals(std::string_view plain) {
  std::string scratch;
  const char* why = nullptr;
  if (routing::normalize_path(plain, scratch, why) == plain) return std::nullopt;
  if (why != nullptr) return PatternError{0, fmt::format("not a path that can be sent: {}", why)};
  return PatternError{0,
                      "not in normal form: it holds \"//\", a \".\" or \"..\" segment, or "
                      "an escape that is not needed or not in upper case"};
}

}  // namespace

// Reads a template part by part. `plain` is the same text with a letter in place of each "{name}"
// and "*": what stays must be a path in normal form.
class Rewrite::Compiler {
 public:
  Compiler(std::string_view text, const PathPattern& pattern) : text_(text), pattern_(pattern) {}

  Result<Rewrite, PatternError> compile() {
    if (text_.empty() || text_.front() != '/') return PatternError{0, "expected a leading slash"};
    if (text_.size() > kMaxRewriteBytes) {
      return PatternError{kMaxRewriteBytes,
                          fmt::format("a rewrite has at most {} bytes", kMaxRewriteBytes)};
    }
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (auto error = c == '*' ? rest() : (c == '{' ? capture() : literal())) {
        return *std::move(error);
      }
    }
    if (auto error = check_literals(plain_)) return *std::move(error);
    return std::move(rewrite_);
  }

 private:
  using Fault = std::optional<PatternError>;

  Fault rest() {
    if (const char* why = rest_fault(text_, at_, pattern_)) return PatternError{at_, why};
    add({Part::Kind::rest, {}, 0}, at_ + 1);
    return std::nullopt;
  }

  Fault capture() {
    const std::size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return PatternError{at_, "\"{\" without its \"}\""};
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    const auto index = capture_index(pattern_, name);
    if (!index) return PatternError{at_, unknown_capture(name, pattern_)};
    add({Part::Kind::capture, {}, *index}, end + 1);
    return std::nullopt;
  }

  Fault literal() {
    const std::size_t end = std::min(text_.find_first_of("*{", at_), text_.size());
    const std::string_view text = text_.substr(at_, end - at_);
    if (const std::size_t brace = text.find('}'); brace != std::string_view::npos) {
      return PatternError{at_ + brace, "\"}\" without its \"{\""};
    }
    plain_ += text;
    rewrite_.parts_.push_back({Part::Kind::literal, std::string(text), 0});
    at_ = end;
    return std::nullopt;
  }

  void add(Part part, std::size_t next) {
    rewrite_.parts_.push_back(std::move(part));
    plain_ += 'x';
    at_ = next;
  }

  std::string_view text_;
  const PathPattern& pattern_;
  std::size_t at_ = 0;
  std::string plain_;
  Rewrite rewrite_;
};

Result<Rewrite, PatternError> Rewrite::compile(std::string_view text, const PathPattern& pattern) {
  return Compiler(text, pattern).compile();
}

void Rewrite::apply(const routing::RouteMatch& match, std::string& out) const {
  const std::size_t start = out.size();
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Part::Kind::literal: {
        // After a rest that was empty or ended in a slash, the literal's own slash is one too many.
        const bool doubled = out.size() > start && out.back() == '/' && part.text.front() == '/';
        out.append(part.text, doubled ? 1 : 0);
        break;
      }
      case Part::Kind::capture:
        out += match.captures[part.index];
        break;
      case Part::Kind::rest:
        append_rest(match, start, out);
        break;
    }
  }
}

}  // namespace gateway::policy
