#include "shared/policy/redirect_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "shared/policy/captures.h"
#include "shared/policy/percent.h"

namespace gateway::policy {
namespace {

constexpr std::string_view kHost = "${request.host}";
constexpr std::string_view kPath = "${request.path}";

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool is_authority_character(char c) {
  return is_uri_host({&c, 1}) || c == ':' || c == '[' || c == ']';
}

}  // namespace

// Reads a target from the left: scheme and host, then the path, then query and fragment.
class RedirectTarget::Compiler {
 public:
  Compiler(std::string_view text, const routing::PathPattern& pattern, Template::Scope scope)
      : text_(text), pattern_(pattern), scope_(scope) {}

  Result<RedirectTarget, TemplateError> compile() {
    if (text_.size() > kMaxTemplateBytes) {
      return TemplateError{kMaxTemplateBytes,
                           fmt::format("longer than {} bytes", kMaxTemplateBytes)};
    }
    Fault error = origin();
    if (!error) error = region(Escape::path);
    if (!error) error = region(Escape::query);
    if (error) return *std::move(error);
    return std::move(target_);
  }

 private:
  using Fault = std::optional<TemplateError>;

  // Scheme and host; a target without them begins with its path.
  Fault origin() {
    const std::size_t scheme =
        starts_with(text_, "https://") ? 8 : (starts_with(text_, "http://") ? 7 : 0);
    target_.absolute_ = scheme > 0;
    if (!target_.absolute_) {
      if (starts_with(text_, "//")) return TemplateError{0, "a host needs \"https:\" before it"};
      if (starts_with(text_, "/") || starts_with(text_, kPath)) return std::nullopt;
      return TemplateError{0, "expected \"/…\" or \"https://…\""};
    }
    at_ = scheme;
    while (at_ < text_.size() && !ends_host()) {
      if (starts_with(text_.substr(at_), kHost)) {
        at_ += kHost.size();
      } else if (is_authority_character(text_[at_])) {
        ++at_;
      } else {
        return TemplateError{at_, "a host is fixed text or ${request.host}"};
      }
    }
    if (at_ == scheme || text_[scheme] == ':') return TemplateError{scheme, "expected a host"};
    return add_text(0, Escape::host);
  }

  bool ends_host() const {
    const char c = text_[at_];
    return c == '/' || c == '?' || c == '#' || starts_with(text_.substr(at_), kPath);
  }

  // The path up to its "?" or "#", or else all that is left.
  Fault region(Escape escape) {
    std::size_t start = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (escape == Escape::path && (c == '?' || c == '#')) break;
      if (starts_with(text_.substr(at_), "$${")) {
        return TemplateError{at_ + 2, "a character that must be percent-encoded"};
      }
      if (starts_with(text_.substr(at_), "${")) {
        const std::size_t end = text_.find('}', at_);
        if (end == std::string_view::npos) return TemplateError{at_, "\"${\" without its \"}\""};
        at_ = end + 1;
      } else if (c == '*' || c == '{') {
        if (auto error = add_text(start, escape)) return error;
        if (auto error = c == '*' ? rest(escape) : capture(escape)) return error;
        start = at_;
      } else if (auto error = literal()) {
        return error;
      }
    }
    return add_text(start, escape);
  }

  Fault literal() {
    const char c = text_[at_];
    if (c == '}') return TemplateError{at_, "\"}\" without its \"{\""};
    if (!is_uri_character(c)) {
      return TemplateError{at_, "a character that must be percent-encoded"};
    }
    const bool escape = c == '%';
    const std::string_view digits = text_.substr(at_ + 1, 2);
    if (escape && !(digits.size() == 2 && hex_value(digits[0]) >= 0 && hex_value(digits[1]) >= 0)) {
      return TemplateError{at_, "\"%\" without two hexadecimal digits"};
    }
    ++at_;
    return std::nullopt;
  }

  Fault rest(Escape escape) {
    if (escape != Escape::path) return TemplateError{at_, "\"*\" stands in the path alone"};
    const std::size_t end = std::min(text_.find_first_of("?#", at_), text_.size());
    if (const char* why = rest_fault(text_.substr(0, end), at_, pattern_)) {
      return TemplateError{at_, why};
    }
    target_.parts_.push_back({Part::Kind::rest, escape, {}, false, 0});
    ++at_;
    return std::nullopt;
  }

  Fault capture(Escape escape) {
    const std::size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return TemplateError{at_, "\"{\" without its \"}\""};
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    const auto index = capture_index(pattern_, name);
    if (!index) return TemplateError{at_, unknown_capture(name, pattern_)};
    target_.parts_.push_back({Part::Kind::capture, escape, {}, false, *index});
    at_ = end + 1;
    return std::nullopt;
  }

  // Takes what stands since `start`.
  Fault add_text(std::size_t start, Escape escape) {
    const std::string_view text = text_.substr(start, at_ - start);
    if (text.empty()) return std::nullopt;
    auto compiled = Template::compile(text, scope_);
    if (!compiled) {
      return TemplateError{start + compiled.error().offset, std::move(compiled.error().message)};
    }
    const bool slash = escape == Escape::path && (text.front() == '/' || starts_with(text, kPath));
    target_.parts_.push_back({Part::Kind::text, escape, *std::move(compiled), slash, 0});
    return std::nullopt;
  }

  std::string_view text_;
  const routing::PathPattern& pattern_;
  Template::Scope scope_;
  std::size_t at_ = 0;
  RedirectTarget target_;
};

Result<RedirectTarget, TemplateError> RedirectTarget::compile(std::string_view text,
                                                              const routing::PathPattern& pattern,
                                                              Template::Scope scope) {
  return Compiler(text, pattern, scope).compile();
}

bool RedirectTarget::append_part(const Part& part, const TemplateValues& values,
                                 std::size_t path_start, std::string& out) {
  if (part.kind == Part::Kind::text) {
    if (part.escape == Escape::host && part.text.uses(Template::Variable::request_host) &&
        !is_uri_host(values.host)) {
      return false;
    }
    const std::size_t before = out.size();
    if (!part.text.apply(values, part.escape, out)) return false;
    const bool doubled = part.slash && before > path_start && out[before - 1] == '/';
    if (doubled && out.size() > before && out[before] == '/') out.erase(before, 1);
    return true;
  }
  if (values.match == nullptr) return false;
  if (part.kind == Part::Kind::rest) {
    append_rest(*values.match, path_start, out);
  } else if (part.escape == Escape::query) {
    append_escaped_component(values.match->captures[part.index], out);
  } else {
    out += values.match->captures[part.index];
  }
  return true;
}

bool RedirectTarget::apply(const TemplateValues& values, std::string& out) const {
  const std::size_t start = out.size();
  std::size_t path_start = start;
  bool good = true;
  for (const Part& part : parts_) {
    good = good && append_part(part, values, path_start, out) &&
           out.size() - start <= kMaxTemplateOutput;
    if (part.escape == Escape::host) path_start = out.size();
  }
  good = good && (absolute_ || (out.size() > start && out[start] == '/'));
  if (!good) {
    out.resize(start);
    return false;
  }
  if (!absolute_) {
    const std::size_t text = std::min(out.find_first_not_of('/', start), out.size());
    out.erase(start + 1, text - start - 1);
  }
  if (out.back() == '?') out.pop_back();
  return true;
}

}  // namespace gateway::policy
