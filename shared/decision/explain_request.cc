#include "shared/decision/explain_request.h"

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/policy/field_syntax.h"

namespace gateway::decision {
namespace {

// A request line holds no white space or control octet; what else its path may hold, routing says.
bool is_target(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet <= 0x20 || octet == 0x7f;
  });
}

// RFC 3986 §3.2 without userinfo, which HTTP does not send.
bool is_authority(std::string_view text) {
  return is_target(text) && text.find_first_of("/?#@\\") == std::string_view::npos;
}

bool take_scheme(std::string_view& url, std::string_view scheme) {
  if (url.size() < scheme.size() || !ascii_iequals(url.substr(0, scheme.size()), scheme)) {
    return false;
  }
  url.remove_prefix(scheme.size());
  return true;
}

}  // namespace

const char* read_url(std::string_view url, ExplainRequest& request) {
  url = url.substr(0, url.find('#'));
  request.secure = take_scheme(url, "https://");
  if (request.secure || take_scheme(url, "http://")) {
    const std::size_t end = std::min(url.find_first_of("/?"), url.size());
    if (end == 0) return "a URL names a host: https://api.example.com/path";
    request.authority = url.substr(0, end);
    url.remove_prefix(end);
  } else if (!url.starts_with('/')) {
    return "a URL begins with https://, http:// or /";
  }
  const std::size_t mark = std::min(url.find('?'), url.size());
  request.path = mark == 0 ? "/" : url.substr(0, mark);
  request.has_query = mark < url.size();
  request.query = request.has_query ? url.substr(mark + 1) : "";
  return fault_of(request);
}

const char* read_field(std::string_view text, ExplainRequest& request) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return "a header field is written \"Name: value\"";
  const std::string_view name = text.substr(0, colon);
  const std::string_view value = trim_ows(text.substr(colon + 1));
  if (ascii_iequals(name, "Host")) {
    if (!is_authority(value)) return "a Host is a name or an address, and a port";
    request.authority = value;
    return nullptr;
  }
  request.fields.emplace_back(name, value);
  return fault_of(request);
}

const char* fault_of(const ExplainRequest& request) {
  if (!policy::is_token(request.method)) return "a method is one word, as in GET";
  if (!is_authority(request.authority)) return "a URL's host is a name or an address, and a port";
  if (!request.path.starts_with('/')) return "a path begins with /";
  if (!is_target(request.path) || !is_target(request.query)) {
    return "a URL holds no spaces and no control characters: write them as %20";
  }
  for (const auto& [name, value] : request.fields) {
    if (!policy::is_token(name)) return "the name of a header field is one word, as in X-Trace";
    if (!policy::is_field_value(value)) return "a header field's value holds no control characters";
  }
  if (request.user.empty() && !(request.roles.empty() && request.scopes.empty())) {
    return "roles and scopes need a user who has them";
  }
  return nullptr;
}

}  // namespace gateway::decision
