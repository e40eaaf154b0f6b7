#include "shared/policy/route_answer.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/policy/field_text.h"

namespace gateway::policy {
namespace {

constexpr char kDefaultContentType[] = "text/plain; charset=utf-8";
constexpr std::uint16_t kRedirects[] = {301, 302, 303, 307, 308};

// type "/" subtype and whatever parameters (RFC 9110 §8.3.1).
bool is_media_type(std::string_view text) {
  const std::string_view type = trim_ows(text.substr(0, text.find(';')));
  const std::size_t slash = type.find('/');
  return slash != std::string_view::npos && is_field_name(type.substr(0, slash)) &&
         is_field_name(type.substr(slash + 1)) && is_field_value(text);
}

bool has_no_body(std::uint16_t status) {
  return status == 204 || status == 205;
}

void check_fixed(const config::FixedAnswer& answer, std::vector<Fault>& faults) {
  const auto fault = [&](std::string message, std::string hint) {
    faults.push_back({answer.place, 0, std::move(message), std::move(hint)});
  };
  const bool redirects = answer.status >= 300 && answer.status < 400;
  if (answer.status < 200 || answer.status > 599 || redirects) {
    fault(fmt::format("status {} is none that a route can answer with", answer.status),
          redirects ? "a redirect is written as redirect = { to = \"…\" }"
                    : "expected 200 to 299 or 400 to 599");
  }
  if (has_no_body(answer.status) && !answer.body.empty()) {
    fault(fmt::format("an answer with status {} has no body", answer.status),
          "leave the body out, or answer with 200");
  }
  if (answer.body.size() > kMaxAnswerBodyBytes) {
    fault(fmt::format("the body has more than {} bytes", kMaxAnswerBodyBytes), {});
  }
  if (!answer.content_type.empty() && !is_media_type(answer.content_type)) {
    fault(fmt::format("\"{}\" is not a media type", answer.content_type),
          "expected one as \"application/json\"");
  }
}

void check_redirect(const config::Redirect& redirect, const routing::PathPattern& pattern,
                    Template::Scope scope, std::vector<Fault>& faults) {
  if (std::find(std::begin(kRedirects), std::end(kRedirects), redirect.status) ==
      std::end(kRedirects)) {
    faults.push_back({redirect.to.place, 0,
                      fmt::format("status {} does not redirect", redirect.status),
                      "expected 301, 302, 303, 307 or 308"});
  }
  const auto target = RedirectTarget::compile(*redirect.to, pattern, scope);
  if (target) return;
  faults.push_back({redirect.to.place, target.error().offset,
                    fmt::format("\"{}\" is no address to redirect to", *redirect.to),
                    target.error().message});
}

}  // namespace

std::vector<Fault> RouteAnswer::faults(const config::RoutePolicies& route,
                                       const routing::PathPattern& pattern, Template::Scope scope) {
  std::vector<Fault> faults;
  if (route.respond) check_fixed(*route.respond, faults);
  if (route.redirect) check_redirect(*route.redirect, pattern, scope, faults);
  if (route.respond && route.redirect) {
    faults.push_back({route.redirect->to.place, 0, "the route both responds and redirects",
                      "leave one of the two out"});
  }
  return faults;
}

RouteAnswer::RouteAnswer(const config::RoutePolicies& route, const routing::PathPattern& pattern) {
  if (route.respond) {
    status_ = route.respond->status;
    body_ = route.respond->body;
    const std::string& type = route.respond->content_type;
    if (!body_.empty()) {
      content_type_ =
          fmt::format("Content-Type: {}\r\n", type.empty() ? kDefaultContentType : type);
    }
  } else if (route.redirect) {
    auto target =
        RedirectTarget::compile(*route.redirect->to, pattern, Template::Scope::with_identity);
    if (!target) return;
    status_ = route.redirect->status;
    target_ = *std::move(target);
  }
}

bool RouteAnswer::append_lines(const TemplateValues& values, std::string& out) const {
  if (!target_) {
    out += content_type_;
    return true;
  }
  const std::size_t start = out.size();
  out += "Location: ";
  if (!target_->apply(values, out)) {
    out.resize(start);
    return false;
  }
  out += "\r\n";
  return true;
}

void append_retry_after(std::chrono::seconds wait, std::string& out) {
  out.append("Retry-After: ").append(std::to_string(wait.count())).append("\r\n");
}

}  // namespace gateway::policy
