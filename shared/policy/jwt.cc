#include "shared/policy/jwt.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "shared/base/ascii.h"
#include "shared/base/base64.h"
#include "shared/policy/strict_json.h"

namespace gateway::policy {
namespace {

using Kind = JwtFault::Kind;
using Fault = std::optional<JwtFault>;

// The three parts of a token, as they stand in it.
struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  std::string_view signed_text;  // header, dot, claims
};

struct Header {
  std::string alg;
  std::string kid;
  bool has_kid = false;
  const char* fault = nullptr;
};

JwtFault malformed(const char* detail) {
  return {Kind::malformed, detail};
}

Fault split(std::string_view token, Parts& parts) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return malformed("the token has not three parts");
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return malformed("the token has not three parts");
  }
  parts.header = token.substr(0, first);
  parts.claims = token.substr(first + 1, second - first - 1);
  parts.signature = token.substr(second + 1);
  parts.signed_text = token.substr(0, second);
  return std::nullopt;
}

bool is_token_type(std::string_view type) {
  constexpr std::string_view kPrefix = "application/";
  if (type.size() > kPrefix.size() && ascii_iequals(type.substr(0, kPrefix.size()), kPrefix)) {
    type.remove_prefix(kPrefix.size());
  }
  return ascii_iequals(type, "JWT") || ascii_iequals(type, "at+jwt");
}

void take_parameter(const JsonValue& value, Header& header) {
  const std::string_view name = value.path;
  const bool text = value.depth == 1 && value.kind == JsonValue::Kind::string && !value.listed;
  if (name == "alg") {
    if (text) header.alg = value.text;
  } else if (name == "kid") {
    header.has_kid = true;
    if (!text || value.text.size() > kMaxKidSize) header.fault = "the kid of the token is no text";
    header.kid = value.text;
  } else if (name == "typ") {
    if (!text || !is_token_type(value.text)) header.fault = "the typ of the token is not JWT";
  }
}

// Parameters that bring a key, point to one, or change what is signed, whatever they hold.
bool is_refused(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames = {"jwk", "jku", "x5u", "x5c", "crit", "b64"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Fault read_header(std::string_view part, Header& header) {
  if (part.size() > kMaxJwtHeaderSize) return JwtFault{Kind::too_large, "the token is too large"};
  std::array<std::uint8_t, base64_decoded_bound(kMaxJwtHeaderSize)> buffer;
  const auto size = decode_base64(Base64::url, part, buffer);
  if (!size) return malformed("the header of the token is not canonical base64url");
  const std::string_view json(reinterpret_cast<const char*>(buffer.data()), *size);
  bool refused = false;
  const char* why = read_json_object(
      json, [&](const JsonValue& value) { take_parameter(value, header); },
      [&](std::string_view name) { refused = refused || is_refused(name); });
  if (why != nullptr) return malformed("the header of the token is not strict JSON");
  if (refused) return JwtFault{Kind::header, "the header of the token has a key or an extension"};
  if (header.fault != nullptr) return JwtFault{Kind::header, header.fault};
  return std::nullopt;
}

// Keys whose kid is the token's, and those that have none.
Fault verify_signature(const Parts& parts, const Header& header, JwsAlgorithm algorithm,
                       const KeySet& keys) {
  std::array<std::uint8_t, kMaxSignatureSize> buffer;
  const auto size = decode_base64(Base64::url, parts.signature, buffer);
  if (!size) return malformed("the signature of the token is not canonical base64url");
  const std::string_view signature(reinterpret_cast<const char*>(buffer.data()), *size);
  bool kid_known = !header.has_kid;
  std::size_t tried = 0;
  for (const auto& key : keys.keys()) {
    const bool named = header.has_kid && key->kid() == header.kid;
    kid_known = kid_known || named;
    if (header.has_kid && !named && !key->kid().empty()) continue;
    if (!key->serves(algorithm) || tried == kMaxKeysTried) continue;
    ++tried;
    if (key->verify(algorithm, parts.signed_text, signature)) return std::nullopt;
  }
  if (tried > 0) {
    return JwtFault{Kind::signature, "the signature of the token does not hold", !kid_known};
  }
  if (!kid_known)
    return JwtFault{Kind::unknown_key, "the token is signed with an unknown key", true};
  return JwtFault{Kind::algorithm, "no key serves the algorithm of the token"};
}

Fault check_dates(const ClaimSet& claims, const JwtRules& rules, UnixMicros now) {
  if (!claims.expires) return JwtFault{Kind::claims, "the token has no exp"};
  if (now >= *claims.expires + rules.leeway)
    return JwtFault{Kind::expired, "the token has expired"};
  if (claims.not_before && now < *claims.not_before - rules.leeway) {
    return JwtFault{Kind::not_yet, "the token is not valid yet"};
  }
  if (claims.issued && now < *claims.issued - rules.leeway) {
    return JwtFault{Kind::not_yet, "the token was issued in the future"};
  }
  return std::nullopt;
}

Fault check_parties(const ClaimSet& claims, const JwtRules& rules) {
  if (!rules.issuer.empty() && claims.issuer != rules.issuer) {
    return JwtFault{Kind::issuer, "the token is from another issuer"};
  }
  if (rules.audience.empty()) return std::nullopt;
  for (const std::string& own : rules.audience) {
    const auto& theirs = claims.audience;
    if (std::find(theirs.begin(), theirs.end(), own) != theirs.end()) return std::nullopt;
  }
  return JwtFault{Kind::audience, "the token is for another audience"};
}

std::string user_of(ClaimSet& claims) {
  for (std::string* name : {&claims.subject, &claims.client_id, &claims.azp}) {
    if (!name->empty()) return *name;
  }
  return {};
}

}  // namespace

JwtRules::JwtRules(const config::JwtAuth& auth)
    : issuer(auth.issuer),
      audience(auth.audience),
      leeway(std::chrono::duration_cast<microseconds>(auth.leeway).count()),
      max_token_size(auth.max_token_size),
      claims{auth.roles_claim, auth.scope_claim} {
  for (const std::string& name : auth.algorithms) {
    if (const auto algorithm = parse_jws_algorithm(name)) algorithms.add(*algorithm);
  }
}

std::uint64_t JwtRules::generation(const KeySet& keys) const {
  std::string all;
  // Each text behind its length: no two lists of texts make the same bytes.
  const auto add = [&](std::string_view text) {
    all.append(std::to_string(text.size())).append(":").append(text);
  };
  for (const std::uint64_t number :
       {keys.fingerprint(), std::uint64_t{algorithms.bits()}, static_cast<std::uint64_t>(leeway),
        std::uint64_t{max_token_size}, std::uint64_t{audience.size()}}) {
    add(std::to_string(number));
  }
  for (const std::string& text : audience) add(text);
  for (const std::string& text : {issuer, claims.roles, claims.scope}) add(text);
  const Sha256 digest = sha256({all});
  std::uint64_t generation = 0;
  std::memcpy(&generation, digest.data(), sizeof(generation));
  return generation;
}

Result<std::shared_ptr<const Identity>, JwtFault> verify_jwt(std::string_view token,
                                                             const JwtRules& rules,
                                                             const KeySet& keys, UnixMicros now) {
  if (token.size() > rules.max_token_size) {
    return JwtFault{Kind::too_large, "the token is too large"};
  }
  Parts parts;
  if (const auto fault = split(token, parts)) return *fault;
  Header header;
  if (const auto fault = read_header(parts.header, header)) return *fault;
  const auto algorithm = parse_jws_algorithm(header.alg);
  if (!algorithm || !rules.algorithms.contains(*algorithm)) {
    return JwtFault{Kind::algorithm, "the algorithm of the token is not accepted"};
  }
  if (const auto fault = verify_signature(parts, header, *algorithm, keys)) return *fault;

  std::string json;
  if (!decode_base64(Base64::url, parts.claims, json)) {
    return malformed("the claims of the token are not canonical base64url");
  }
  ClaimSet claims;
  if (const char* why = read_claims(json, rules.claims, claims)) {
    return JwtFault{Kind::malformed, why};
  }
  if (const auto fault = check_dates(claims, rules, now)) return *fault;
  if (const auto fault = check_parties(claims, rules)) return *fault;
  std::string user = user_of(claims);
  if (user.empty()) return JwtFault{Kind::claims, "the token names no user"};
  const UnixMicros expires = *claims.expires;
  return make_identity(std::move(user), "jwt", expires, std::move(claims));
}

}  // namespace gateway::policy
