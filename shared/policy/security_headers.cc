#include "shared/policy/security_headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/policy/field_syntax.h"

namespace gateway::policy {
namespace {

constexpr std::string_view kTransportSecurity = "Strict-Transport-Security";

bool is_of_the_message(std::string_view name) {
  for (const std::string_view known :
       {"connection", "content-length", "date", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade"}) {
    if (ascii_iequals(name, known)) return true;
  }
  return false;
}

void put(std::vector<config::NamedText>& fields, const config::NamedText& field) {
  const auto known = std::find_if(fields.begin(), fields.end(), [&](const auto& other) {
    return ascii_iequals(other.name, field.name);
  });
  if (known == fields.end()) {
    fields.push_back(field);
  } else {
    *known = field;
  }
}

}  // namespace

std::string security_headers_fault(const config::NamedText& field) {
  if (!is_token(field.name)) return fmt::format("\"{}\" is not a field name", field.name);
  if (is_of_the_message(field.name)) {
    return fmt::format("\"{}\" is the gateway's own to write", field.name);
  }
  if (!is_field_value(field.value)) {
    return fmt::format("the value of \"{}\" holds a control character", field.name);
  }
  return {};
}

const std::vector<config::NamedText>& strict_security_headers() {
  static const std::vector<config::NamedText> fields = {
      {"Content-Security-Policy", "default-src 'self'; script-src 'self' 'unsafe-inline'", {}},
      {"X-Content-Type-Options", "nosniff", {}},
      {"X-Frame-Options", "DENY", {}},
      {"X-XSS-Protection", "1; mode=block", {}},
      {std::string(kTransportSecurity), "max-age=31536000; includeSubDomains", {}},
      {"Referrer-Policy", "strict-origin-when-cross-origin", {}},
      {"Permissions-Policy", "geolocation=(), microphone=(), camera=()", {}},
  };
  return fields;
}

SecurityHeaders::SecurityHeaders(const config::SecurityHeaders& headers) {
  std::vector<config::NamedText> fields;
  if (headers.strict) fields = strict_security_headers();
  for (const config::NamedText& field : headers.fields) {
    if (security_headers_fault(field).empty()) put(fields, field);
  }
  for (const config::NamedText& field : fields) {
    names_.add(field.name);
    if (field.value.empty()) continue;
    const std::string line = fmt::format("{}: {}\r\n", field.name, field.value);
    secure_ += line;
    if (!ascii_iequals(field.name, kTransportSecurity)) plain_ += line;
  }
}

}  // namespace gateway::policy
