#include "shared/policy/cors.h"

#include <algorithm>
#include <chrono>

#include "shared/policy/field_syntax.h"

namespace gateway::policy {
namespace {

constexpr std::string_view kRequestHeaders = "access-control-request-headers";
constexpr std::string_view kRequestPrivateNetwork = "access-control-request-private-network";

// The names joined with commas; what could not stand in a field is left out.
template <class Names>
std::string join(const Names& names) {
  std::string joined;
  for (const std::string& name : names) {
    if (!is_token(name)) continue;
    joined.append(joined.empty() ? "" : ", ").append(name);
  }
  return joined;
}

void append_line(std::string_view name, std::string_view value, std::string& out) {
  if (!value.empty()) out.append(name).append(": ").append(value).append("\r\n");
}

template <class Names>
bool has_star(const Names& names) {
  return std::any_of(names.begin(), names.end(), [](std::string_view name) { return name == "*"; });
}

// Calls `item(name)` for each name asked for, until it returns false.
template <class Item>
void for_each_requested(const Fields& fields, Item item) {
  for (const Field& field : fields) {
    if (!ascii_iequals(field.name, kRequestHeaders)) continue;
    bool more = true;
    for_each_element(field.value, [&](std::string_view name) { more = more && item(name); });
    if (!more) return;
  }
}

}  // namespace

CorsRules::CorsRules(const config::Cors& cors) : private_network_(cors.private_network) {
  const bool star_counts = !cors.credentials;
  for (const auto& origin : cors.origins) origins_.add(origin.value);
  any_origin_ = star_counts && std::any_of(cors.origins.begin(), cors.origins.end(),
                                           [](const auto& origin) { return origin.value == "*"; });
  methods_ = cors.methods;
  any_method_ = star_counts && has_star(cors.methods);
  std::vector<std::string> headers;
  for (const auto& header : cors.headers) headers.push_back(header.value);
  for (const std::string& name : headers) headers_.add(name);
  any_header_ = star_counts && has_star(headers);

  using std::chrono::seconds;
  const auto age = std::chrono::duration_cast<seconds>(cors.max_age);
  append_line("Access-Control-Allow-Credentials", cors.credentials ? "true" : "",
              credentials_line_);
  append_line("Access-Control-Allow-Methods", join(methods_), methods_line_);
  append_line("Access-Control-Allow-Headers", join(headers), headers_line_);
  append_line("Access-Control-Max-Age", std::to_string(age.count()), max_age_line_);
  answer_lines_ = credentials_line_;
  append_line("Access-Control-Expose-Headers", join(cors.expose), answer_lines_);
}

CorsVerdict CorsRules::decide(std::string_view method, const Fields& fields,
                              const OwnSite& own) const {
  using Kind = CorsVerdict::Kind;
  CorsVerdict verdict;
  const OriginField field = read_origin(fields);
  if (field.kind == OriginField::Kind::absent) return verdict;
  const bool is_own_page = field.kind == OriginField::Kind::good && is_own(field.origin, own);
  const bool preflight =
      method == "OPTIONS" && find_field(fields, FieldId::access_control_request_method) != nullptr;
  if (is_own_page && !preflight) return verdict;
  const bool allowed = judge_origin(field, is_own_page, verdict);
  if (!preflight) {
    verdict.kind = allowed ? Kind::allowed : Kind::refused;
    return verdict;
  }
  verdict.kind = allowed && judge_preflight(fields, verdict) ? Kind::preflight_allowed
                                                             : Kind::preflight_refused;
  return verdict;
}

bool CorsRules::judge_origin(const OriginField& field, bool own, CorsVerdict& verdict) const {
  if (any_origin_) return true;
  switch (field.kind) {
    case OriginField::Kind::good:
      if (own || origins_.contains(field)) {
        verdict.origin = field.text;
        return true;
      }
      verdict.why = "the origin is not among those allowed";
      break;
    case OriginField::Kind::opaque:
      verdict.why = "the page has an opaque origin, which any page can take on";
      break;
    case OriginField::Kind::repeated:
      verdict.why = "Origin stands more than once";
      break;
    default:
      verdict.why = "Origin is malformed";
      break;
  }
  verdict.offending = field.text;
  return false;
}

bool CorsRules::judge_preflight(const Fields& fields, CorsVerdict& verdict) const {
  const LoneField method = lone_field(fields, FieldId::access_control_request_method);
  const auto refuse = [&verdict](const char* why, std::string_view offending) {
    verdict.why = why;
    verdict.offending = offending;
    return false;
  };
  if (method.repeated()) {
    return refuse("Access-Control-Request-Method stands more than once", method.value);
  }
  if (!is_token(method.value)) {
    return refuse("Access-Control-Request-Method is malformed", method.value);
  }
  if (!allows_method(method.value)) return refuse("the method is not allowed", method.value);
  verdict.method_passed = true;
  if (!judge_headers(fields, verdict)) return false;
  verdict.headers_passed = true;
  const LoneField network = lone_field(fields, kRequestPrivateNetwork);
  if (network.value != "true") return true;
  verdict.opens_private_network = private_network_;
  if (private_network_) return true;
  return refuse("a page of a public network may not call into this private one", network.value);
}

bool CorsRules::judge_headers(const Fields& fields, CorsVerdict& verdict) const {
  std::size_t count = 0;
  for_each_requested(fields, [&](std::string_view name) {
    if (++count > kMaxRequestedHeaders) {
      verdict.why = "more request fields are asked for than are looked at";
    } else if (!is_token(name)) {
      verdict.why = "Access-Control-Request-Headers is malformed";
    } else if (!allows_header(name)) {
      verdict.why = "the request field is not allowed";
    } else {
      return true;
    }
    verdict.offending = name;
    return false;
  });
  return verdict.offending.empty();
}

bool CorsRules::allows_method(std::string_view method) const {
  return any_method_ || method == "GET" || method == "HEAD" || method == "POST" ||
         std::find(methods_.begin(), methods_.end(), method) != methods_.end();
}

bool CorsRules::allows_header(std::string_view name) const {
  return headers_.contains(name) || (any_header_ && !ascii_iequals(name, "authorization"));
}

void CorsRules::append_origin(const CorsVerdict& verdict, bool varies, std::string& out) const {
  if (any_origin_) {
    out.append("Access-Control-Allow-Origin: *\r\n");
    return;
  }
  append_line("Access-Control-Allow-Origin", verdict.origin, out);
  if (!varies) out.append("Vary: Origin\r\n");
}

void CorsRules::append_preflight_lines(const CorsVerdict& verdict, std::string& out) const {
  append_origin(verdict, false, out);
  if (!any_origin_ && verdict.origin.empty()) return;
  out.append(credentials_line_);
  if (verdict.method_passed) out.append(methods_line_);
  if (verdict.headers_passed) out.append(headers_line_);
  if (verdict.kind == CorsVerdict::Kind::preflight_allowed) out.append(max_age_line_);
  if (verdict.opens_private_network) out.append("Access-Control-Allow-Private-Network: true\r\n");
}

void CorsRules::append_answer_lines(const CorsVerdict& verdict, bool varies,
                                    std::string& out) const {
  append_origin(verdict, varies, out);
  if (any_origin_ || !verdict.origin.empty()) out.append(answer_lines_);
}

const NameSet& cors_answer_fields() {
  static const NameSet names = [] {
    NameSet set;
    for (const char* name : {"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
                             "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
                             "Access-Control-Expose-Headers", "Access-Control-Max-Age",
                             "Access-Control-Allow-Private-Network"}) {
      set.add(name);
    }
    return set;
  }();
  return names;
}

bool varies_by_origin(const Fields& fields) {
  bool found = false;
  for (const Field& field : fields) {
    if (field.id != FieldId::vary) continue;
    for_each_element(field.value, [&found](std::string_view name) {
      found = found || name == "*" || ascii_iequals(name, "origin");
    });
  }
  return found;
}

}  // namespace gateway::policy
