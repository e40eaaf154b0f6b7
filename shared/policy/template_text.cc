#include "shared/policy/template_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "shared/config/suggest.h"
#include "shared/policy/field_text.h"
#include "shared/policy/percent.h"

namespace gateway::policy {
namespace {

using Variable = Template::Variable;

struct Known {
  std::string_view name;
  Variable variable;
};
constexpr Known kKnown[] = {
    {"request.id", Variable::request_id},         {"request.host", Variable::request_host},
    {"request.path", Variable::request_path},     {"request.query", Variable::request_query},
    {"request.method", Variable::request_method}, {"client.ip", Variable::client_ip},
    {"route.name", Variable::route_name},         {"user.sub", Variable::user_sub},
    {"user.method", Variable::user_method},
};
constexpr std::string_view kClaim = "claim.";

bool needs_identity(Variable variable) {
  return variable == Variable::user_sub || variable == Variable::user_method ||
         variable == Variable::claim;
}

std::string unknown(std::string_view name) {
  std::array<std::string_view, std::size(kKnown)> names;
  std::transform(std::begin(kKnown), std::end(kKnown), names.begin(),
                 [](const Known& known) { return known.name; });
  if (const auto meant = config::suggest(name, names)) {
    return fmt::format("${{{}}} is not known; did you mean ${{{}}}?", name, *meant);
  }
  return fmt::format("${{{}}} is not known; known are {} and claim.NAME", name,
                     fmt::join(names, ", "));
}

void append_in_path(Variable variable, std::string_view value, std::string& out) {
  if (variable == Variable::request_path) {
    if (!value.empty() && value.front() == '/') append_uri_text(value, out);
  } else if (value != "." && value != "..") {  // these would climb, escaped or not
    append_component(value, out);
  }
}

void append_value(Variable variable, std::string_view value, Escape escape, std::string& out) {
  if (has_control(value) || value.size() > kMaxTemplateOutput) return;
  switch (escape) {
    case Escape::field:
      if (is_field_value(value)) out += value;
      break;
    case Escape::host:
      if (is_uri_host(value)) out += value;
      break;
    case Escape::path:
      append_in_path(variable, value, out);
      break;
    case Escape::query:
      if (variable == Variable::request_query) {
        append_uri_text(value, out);
      } else {
        append_component(value, out);
      }
      break;
    case Escape::component:
      append_component(value, out);
      break;
  }
}

}  // namespace

class Template::Compiler {
 public:
  Compiler(std::string_view text, Scope scope) : text_(text), scope_(scope) {}

  Result<Template, TemplateError> compile() {
    if (text_.size() > kMaxTemplateBytes) {
      return TemplateError{kMaxTemplateBytes,
                           fmt::format("longer than {} bytes", kMaxTemplateBytes)};
    }
    for (std::size_t start = text_.find("${"); start != std::string_view::npos;
         start = text_.find("${", at_)) {
      if (start > at_ && text_[start - 1] == '$') {
        literal(start);
        at_ = start + 1;  // "$" of "$${" is written, "{" is next
        literal(at_ + 1);
        continue;
      }
      literal(start);
      if (auto error = variable()) return *std::move(error);
    }
    literal(text_.size());
    return std::move(template_);
  }

 private:
  // Takes the text up to `end` as it stands.
  void literal(std::size_t end) {
    const std::string_view text = text_.substr(at_, end - at_);
    at_ = end;
    if (text.empty()) return;
    auto& parts = template_.parts_;
    if (parts.empty() || parts.back().variable) parts.push_back({std::nullopt, {}});
    parts.back().text += text;
  }

  std::optional<TemplateError> variable() {
    const std::size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return TemplateError{at_, "\"${\" without its \"}\""};
    const std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
    const auto variable = find(name);
    if (!variable) return TemplateError{at_, unknown(name)};
    if (scope_ == Scope::without_identity && needs_identity(*variable)) {
      return TemplateError{at_, fmt::format("${{{}}} is always empty without auth", name)};
    }
    if (++variables_ > kMaxTemplateVariables) {
      return TemplateError{at_, fmt::format("more than {} variables", kMaxTemplateVariables)};
    }
    const bool claim = *variable == Variable::claim;
    template_.parts_.push_back({variable, std::string(claim ? name.substr(kClaim.size()) : "")});
    at_ = end + 1;
    return std::nullopt;
  }

  static std::optional<Variable> find(std::string_view name) {
    for (const Known& known : kKnown) {
      if (known.name == name) return known.variable;
    }
    const bool claim = name.size() > kClaim.size() && name.substr(0, kClaim.size()) == kClaim;
    return claim ? std::optional(Variable::claim) : std::nullopt;
  }

  std::string_view text_;
  Scope scope_;
  std::size_t at_ = 0;
  std::size_t variables_ = 0;
  Template template_;
};

Result<Template, TemplateError> Template::compile(std::string_view text, Scope scope) {
  return Compiler(text, scope).compile();
}

std::string_view Template::value_of(const Part& part, const TemplateValues& values) {
  switch (*part.variable) {
    case Variable::request_id:
      return values.request_id;
    case Variable::request_host:
      return values.host;
    case Variable::request_path:
      return values.path;
    case Variable::request_query:
      return values.query;
    case Variable::request_method:
      return values.method;
    case Variable::client_ip:
      return values.client_ip;
    case Variable::route_name:
      return values.route_name;
    case Variable::user_sub:
      return values.identity == nullptr ? std::string_view() : values.identity->user;
    case Variable::user_method:
      return values.identity == nullptr ? std::string_view() : values.identity->method;
    case Variable::claim:
      return values.identity == nullptr ? std::string_view() : values.identity->claim(part.text);
  }
  return {};
}

bool Template::apply(const TemplateValues& values, Escape escape, std::string& out) const {
  const std::size_t start = out.size();
  for (const Part& part : parts_) {
    if (part.variable) {
      append_value(*part.variable, value_of(part, values), escape, out);
    } else if (escape == Escape::component) {
      append_component(part.text, out);
    } else {
      out += part.text;
    }
    if (out.size() - start > kMaxTemplateOutput) {
      out.resize(start);
      return false;
    }
  }
  return true;
}

std::optional<std::string_view> Template::fixed() const {
  if (parts_.empty()) return std::string_view();
  if (parts_.size() > 1 || parts_.front().variable) return std::nullopt;
  return parts_.front().text;
}

bool Template::uses(Variable variable) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [variable](const Part& part) { return part.variable == variable; });
}

}  // namespace gateway::policy
