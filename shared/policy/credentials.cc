#include "shared/policy/credentials.h"

#include <algorithm>
#include <array>

#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

using Octet = unsigned char;

// 0 for letters, digits and -._~+/ ; 1 for any other octet.
constexpr Octet strange(Octet c) {
  const auto letter = static_cast<Octet>((c | 0x20) - 'a');
  const auto mark = static_cast<Octet>(c - '+');  // + , - . / and the digits behind them
  const bool good = (letter < 26) | ((mark < 15) & (c != ',')) | (c == '_') | (c == '~');
  return good ? 0 : 1;
}

// Tokens are long and come with every request: octets in blocks of a size that compilers turn into
// one vector.
constexpr std::size_t kBlock = 16;

bool is_token68(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::array<Octet, kBlock> found{};
  for (; text.size() >= kBlock; text.remove_prefix(kBlock)) {
    for (std::size_t i = 0; i < kBlock; ++i) {
      found[i] = static_cast<Octet>(found[i] | strange(static_cast<Octet>(text.data()[i])));
    }
  }
  for (const char c : text)
    found[0] = static_cast<Octet>(found[0] | strange(static_cast<Octet>(c)));
  return std::all_of(found.begin(), found.end(), [](Octet octet) { return octet == 0; });
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
