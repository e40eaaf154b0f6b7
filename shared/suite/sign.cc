#include "shared/suite/sign.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "shared/base/base64.h"
#include "shared/policy/jws_algorithm.h"

namespace gateway::suite {
namespace {

using nlohmann::json;
using policy::JwsAlgorithm;

std::optional<JwsAlgorithm> first_hmac(const config::JwtAuth& auth) {
  for (const std::string& name : auth.algorithms) {
    const auto algorithm = policy::parse_jws_algorithm(name);
    if (algorithm && policy::kind_of(*algorithm) == policy::KeyKind::secret) return algorithm;
  }
  return std::nullopt;
}

// "realm_access.roles" is the way to a nested claim, a name with a slash is one name.
void put(json& claims, const std::string& name, json value) {
  json* at = &claims;
  std::string_view rest = name;
  const bool nested = name.find('/') == std::string::npos;
  for (std::size_t dot; nested && (dot = rest.find('.')) != std::string_view::npos;) {
    at = &(*at)[std::string(rest.substr(0, dot))];
    rest.remove_prefix(dot + 1);
  }
  (*at)[std::string(rest)] = std::move(value);
}

json claims_of(const Token& token, const config::JwtAuth& auth, UnixMicros now) {
  const UnixMicros expires =
      token.expires.value_or(now + std::chrono::microseconds(token.expires_in).count());
  json claims = {{"sub", token.subject}, {"iat", now / 1'000'000}, {"exp", expires / 1'000'000}};
  const std::string& issuer = token.issuer.empty() ? auth.issuer : token.issuer;
  if (!issuer.empty()) claims["iss"] = issuer;
  if (!token.audience.empty()) {
    claims["aud"] = token.audience;
  } else if (!auth.audience.empty()) {
    claims["aud"] = auth.audience.front();
  }
  for (const config::NamedText& claim : token.claims) claims[claim.name] = claim.value;
  if (!token.roles.empty()) put(claims, auth.roles_claim, token.roles);
  if (!token.scopes.empty()) {
    put(claims, auth.scope_claim, fmt::format("{}", fmt::join(token.scopes, " ")));
  }
  return claims;
}

std::string text_of(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Result<std::string, CannotSign> sign(const Token& token, const config::JwtAuth& auth,
                                     const std::string& secret, UnixMicros now) {
  const auto algorithm = first_hmac(auth);
  if (!algorithm) {
    return CannotSign{
        "auth.jwt.algorithms has no HS256, HS384 or HS512, so a test cannot sign a token; "
        "say user = \"…\" to go on as if one had been verified"};
  }
  const std::string& key = token.signed_with.empty() ? secret : token.signed_with;
  if (key.empty()) {
    return CannotSign{
        "the secret of auth.jwt is not at hand to sign a token with; "
        "say user = \"…\" to go on as if one had been verified"};
  }
  const std::string text =
      encode_base64(Base64::url, text_of({{"alg", policy::to_string(*algorithm)}})) + "." +
      encode_base64(Base64::url, text_of(claims_of(token, auth, now)));
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  const auto* made =
      EVP_Q_mac(nullptr, "HMAC", nullptr, policy::hash_name(*algorithm), nullptr, key.data(),
                key.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                reinterpret_cast<unsigned char*>(mac.data()), mac.size(), &size);
  if (made == nullptr) return CannotSign{"OpenSSL cannot make an HMAC"};
  mac.resize(size);
  return text + "." + encode_base64(Base64::url, mac);
}

}  // namespace gateway::suite
