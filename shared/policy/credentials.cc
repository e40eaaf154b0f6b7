#include "shared/policy/credentials.h"

#include <algorithm>

#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

bool is_token68(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  return std::all_of(text.begin(), text.end(), [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~' || c == '+' || c == '/';
  });
}

}  // namespace

Result<Credentials, Error> find_credentials(const Fields& fields) {
  const Field* found = nullptr;
  for (const Field& field : fields) {
    if (field.id != FieldId::authorization) continue;
    if (found != nullptr) {
      return Error{Decider::bad_request, "the request has more than one Authorization field"};
    }
    found = &field;
  }
  Credentials credentials;
  if (found == nullptr || found->value.empty()) return credentials;
  const std::size_t end = std::min(found->value.find(' '), found->value.size());
  const std::string_view scheme = found->value.substr(0, end);
  credentials.value = trim_ows(found->value.substr(end));
  if (ascii_iequals(scheme, "Bearer")) {
    credentials.scheme = Credentials::Scheme::bearer;
  } else if (ascii_iequals(scheme, "Basic")) {
    credentials.scheme = Credentials::Scheme::basic;
  } else {
    credentials.scheme = Credentials::Scheme::other;
    return credentials;
  }
  if (!is_token68(credentials.value)) {
    return Error{Decider::bad_request, "the Authorization field is malformed"};
  }
  return credentials;
}

}  // namespace gateway::policy
