// Tokens from the input: nobody is let in whose signature was not made with the key; and claims
// from the input under a signature that holds: what comes of them can be put in a field. And the
// input as JSON, of which nlohmann/json is the second opinion.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shared/policy/jwt.h"
#include "tests/unit/shared/policy/json_second_opinion.h"
#include "tests/unit/shared/policy/signer.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr UnixMicros kNow = 1'800'000'000'000'000;

void require(bool holds) {
  if (!holds) std::abort();
}

JwtRules rules() {
  config::JwtAuth auth;
  auth.algorithms = {"HS256", "RS256", "PS256", "ES256", "ES512", "EdDSA"};
  auth.max_token_size = 8192;
  auth.roles_claim = "realm.roles";
  auth.scope_claim = "scope";
  return JwtRules(auth);
}

KeySet keys() {
  using testing::new_key;
  using testing::public_pem;
  const std::string pem = public_pem(new_key("RSA")) + public_pem(new_key("EC", "P-256")) +
                          public_pem(new_key("EC", "P-521")) + public_pem(new_key("ED25519"));
  auto all = load_pem(pem).keys;
  all.push_back(load_secret(kSecret).keys.front());
  return KeySet(all);
}

void check_identity(const Identity& identity) {
  require(is_field_text(identity.user) && identity.user.size() <= kMaxUserSize);
  require(identity.claims.size() <= kMaxClaims);
  require(identity.roles.size() <= kMaxRoles && identity.scopes.size() <= kMaxRoles);
  require(identity.expires > kNow);
  for (const auto& [name, value] : identity.claims) {
    require(is_field_text(value) && value.size() <= kMaxClaimSize && name.size() <= kMaxClaimName);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const JwtRules kRules = rules();
  static const KeySet kKeys = keys();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  require(testing::disagreement(input).empty());
  // As it stands; the secret is known here, so a token that is good by HS256 may be in the corpus.
  const auto raw = verify_jwt(input, kRules, kKeys, kNow);
  if (raw.ok()) check_identity(**raw);
  // Header and claims from the input, signed.
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view claims = input.substr(std::min(end + 1, input.size()));
  const std::string text = testing::b64(input.substr(0, end)) + "." + testing::b64(claims);
  const auto made =
      verify_jwt(text + "." + testing::b64(testing::hmac(JwsAlgorithm::hs256, kSecret, text)),
                 kRules, kKeys, kNow);
  if (made.ok()) check_identity(**made);
  // And with a signature of the right shape that nobody made.
  const auto forged = verify_jwt(text + "." + std::string(85, 'B') + "A", kRules, kKeys, kNow);
  require(!forged.ok());
  return 0;
}
