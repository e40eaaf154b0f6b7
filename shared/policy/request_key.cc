#include "shared/policy/request_key.h"

#include "shared/policy/cookies.h"
#include "shared/policy/keyed_hash.h"

namespace gateway::policy {
namespace {

using Kind = config::RequestKey::Kind;

// Not a secret: gateways beside each other are to agree.
constexpr HashKey kRequestKey{0x72657175657374, 1};

std::string_view value_of(const config::RequestKey& key, const KeySource& source) {
  switch (key.kind) {
    case Kind::user:
      return source.user;
    case Kind::header: {
      const Field* field = find_field(source.fields, key.name);
      return field == nullptr ? std::string_view() : field->value;
    }
    case Kind::cookie:
      return find_cookie(source.fields, key.name).value;
    case Kind::client_ip:
    case Kind::none:
      break;
  }
  return {};
}

}  // namespace

std::uint64_t request_key_hash(const config::RequestKey& key, const KeySource& source) {
  std::string_view value = value_of(key, source);
  if (value.empty()) {
    value = {reinterpret_cast<const char*>(source.client.bytes.data()), source.client.bytes.size()};
  }
  KeyedHash hash(kRequestKey);
  hash.add_text(value);
  return hash.finish();
}

}  // namespace gateway::policy
