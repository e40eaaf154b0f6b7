#include "shared/policy/jwt.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "shared/policy/jwk.h"
#include "shared/policy/strict_json.h"
#include "tests/unit/shared/policy/signer.h"

namespace {

using namespace gateway;
using namespace gateway::policy;
using namespace gateway::policy::testing;
using Kind = JwtFault::Kind;

constexpr UnixMicros kSecond = 1'000'000;
constexpr UnixMicros kNow = 1'800'000'000 * kSecond;
constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view kClaims = R"({"sub":"u-17","exp":1800000600})";

config::JwtAuth auth_config(std::vector<std::string> algorithms) {
  config::JwtAuth auth;
  auth.algorithms = std::move(algorithms);
  auth.leeway = 30s;
  auth.max_token_size = 8192;
  auth.roles_claim = "roles";
  auth.scope_claim = "scope";
  return auth;
}

const JwtRules kHs(auth_config({"HS256"}));
const KeySet kSecretKeys(load_secret(kSecret).keys);

std::string header(std::string_view alg, std::string_view more = "") {
  return "{\"alg\":\"" + std::string(alg) + "\"" + std::string(more) + "}";
}

auto verify(std::string_view token, const JwtRules& rules = kHs, const KeySet& keys = kSecretKeys,
            UnixMicros now = kNow) {
  return verify_jwt(token, rules, keys, now);
}

auto verify_claims(std::string_view claims, const JwtRules& rules = kHs, UnixMicros now = kNow) {
  return verify(hs_token(header("HS256"), claims, kSecret), rules, kSecretKeys, now);
}

#define CHECK_FAULT(result, expected)              \
  do {                                             \
    const auto outcome = (result);                 \
    REQUIRE_FALSE(outcome.ok());                   \
    INFO(outcome.error().detail);                  \
    CHECK(outcome.error().kind == Kind::expected); \
  } while (false)

}  // namespace

TEST_CASE("a good token gives who it speaks of") {
  const auto result = verify_claims(
      R"({"iss":"me","sub":"u-17","exp":1800000600,"roles":["lab","admin"],"scope":"read  write",)"
      R"("aud":["a","b"],"level":3,"ratio":0.5,"ok":true,"none":null,"deep":{"x":1}})");
  REQUIRE(result.ok());
  const Identity& identity = **result;
  CHECK(identity.user == "u-17");
  CHECK(identity.method == "jwt");
  CHECK(identity.roles == std::vector<std::string>{"lab", "admin"});
  CHECK(identity.scopes == std::vector<std::string>{"read", "write"});
  CHECK(identity.expires == 1'800'000'600 * kSecond);
  CHECK(identity.claim("iss") == "me");
  CHECK(identity.claim("roles") == "lab,admin");
  CHECK(identity.claim("aud") == "a,b");
  CHECK(identity.claim("level") == "3");
  CHECK(identity.claim("ratio") == "0.5");
  CHECK(identity.claim("ok") == "true");
  CHECK(identity.claim("none").empty());
  CHECK(identity.claim("deep").empty());
}

TEST_CASE("every algorithm verifies what its key signed, and nothing that was changed") {
  struct Case {
    JwsAlgorithm algorithm;
    const char* type;
    const char* curve;
  };
  const Case cases[] = {
      {JwsAlgorithm::rs256, "RSA", nullptr},   {JwsAlgorithm::rs384, "RSA", nullptr},
      {JwsAlgorithm::rs512, "RSA", nullptr},   {JwsAlgorithm::ps256, "RSA", nullptr},
      {JwsAlgorithm::ps384, "RSA", nullptr},   {JwsAlgorithm::ps512, "RSA", nullptr},
      {JwsAlgorithm::es256, "EC", "P-256"},    {JwsAlgorithm::es384, "EC", "P-384"},
      {JwsAlgorithm::es512, "EC", "P-521"},    {JwsAlgorithm::eddsa, "ED25519", nullptr},
      {JwsAlgorithm::hs256, nullptr, nullptr}, {JwsAlgorithm::hs384, nullptr, nullptr},
      {JwsAlgorithm::hs512, nullptr, nullptr}};
  EVP_PKEY* const rsa = new_key("RSA");
  for (const Case& one : cases) {
    const std::string name(to_string(one.algorithm));
    CAPTURE(name);
    const JwtRules rules(auth_config({name}));
    EVP_PKEY* key = nullptr;
    KeySet keys = kSecretKeys;
    std::string token;
    if (one.type == nullptr) {
      token = hs_token(header(name), kClaims, kSecret, one.algorithm);
    } else {
      key = std::string_view(one.type) == "RSA" ? rsa : new_key(one.type, one.curve);
      keys = KeySet(load_pem(public_pem(key)).keys);
      token = pk_token(header(name), kClaims, key, one.algorithm);
    }
    REQUIRE(verify(token, rules, keys).ok());
    const std::size_t dot = token.rfind('.');
    for (const std::size_t at : {dot + 1, dot + 10, token.size() - 8}) {
      std::string changed = token;
      changed[at] = changed[at] == 'A' ? 'B' : 'A';
      CHECK_FAULT(verify(changed, rules, keys), signature);
    }
    std::string moved = token;
    moved[token.find('.') + 12] ^= 1;
    CHECK_FAULT(verify(moved, rules, keys), signature);
    CHECK_FAULT(verify(token.substr(0, dot + 1), rules, keys), signature);
  }
}

TEST_CASE("an algorithm that the config does not list is refused, whatever the key") {
  for (const char* alg :
       {"none", "None", "NONE", "nOnE", "", "HS384", "hs256", "RS256", "HS256 "}) {
    CAPTURE(alg);
    CHECK_FAULT(verify(hs_token(header(alg), kClaims, kSecret)), algorithm);
    CHECK_FAULT(verify(b64(header(alg)) + "." + b64(kClaims) + "."), algorithm);
  }
  CHECK_FAULT(verify(hs_token("{}", kClaims, kSecret)), algorithm);
  CHECK_FAULT(verify(hs_token(R"({"alg":["HS256"]})", kClaims, kSecret)), algorithm);
  CHECK_FAULT(verify(hs_token(R"({"alg":{"x":"HS256"}})", kClaims, kSecret)), algorithm);
  CHECK_FAULT(verify(hs_token(R"({"alg":256})", kClaims, kSecret)), algorithm);
}

TEST_CASE("a public key is never a secret") {
  EVP_PKEY* const rsa = new_key("RSA");
  const std::string pem = public_pem(rsa);
  const KeySet keys(load_pem(pem).keys);
  // Both algorithms are listed, as where an issuer changes from one to the other.
  const JwtRules both(auth_config({"RS256", "HS256"}));
  CHECK_FAULT(verify(hs_token(header("HS256"), kClaims, pem), both, keys), algorithm);
  const KeySet named(
      load_jwks("{\"keys\":[" + rsa_jwk(rsa, R"(,"kid":"a")") + "]}", JwksSource::url).keys);
  CHECK_FAULT(verify(hs_token(header("HS256", R"(,"kid":"a")"), kClaims, pem), both, named),
              algorithm);
}

TEST_CASE("a key on another curve, or for another algorithm, does not serve") {
  EVP_PKEY* const p384 = new_key("EC", "P-384");
  const KeySet keys(load_pem(public_pem(p384)).keys);
  const JwtRules rules(auth_config({"ES256", "ES384"}));
  CHECK(verify(pk_token(header("ES384"), kClaims, p384, JwsAlgorithm::es384), rules, keys).ok());
  CHECK_FAULT(verify(pk_token(header("ES256"), kClaims, p384, JwsAlgorithm::es384), rules, keys),
              algorithm);
  EVP_PKEY* const rsa = new_key("RSA");
  const KeySet only(
      load_jwks("{\"keys\":[" + rsa_jwk(rsa, R"(,"alg":"RS512")") + "]}", JwksSource::url).keys);
  const JwtRules all(auth_config({"RS256", "RS512", "PS256"}));
  CHECK(verify(pk_token(header("RS512"), kClaims, rsa, JwsAlgorithm::rs512), all, only).ok());
  CHECK_FAULT(verify(pk_token(header("RS256"), kClaims, rsa, JwsAlgorithm::rs256), all, only),
              algorithm);
  const KeySet any(load_pem(public_pem(rsa)).keys);
  // A signature of one padding is none of the other.
  CHECK_FAULT(verify(pk_token(header("PS256"), kClaims, rsa, JwsAlgorithm::rs256), all, any),
              signature);
}

TEST_CASE("an ECDSA signature is r and s in range and in full width") {
  EVP_PKEY* const key = new_key("EC", "P-256");
  const KeySet keys(load_pem(public_pem(key)).keys);
  const JwtRules rules(auth_config({"ES256"}));
  const std::string text = b64(header("ES256")) + "." + b64(kClaims);
  const std::string good = sign(JwsAlgorithm::es256, key, text);
  const std::string order = number(key, OSSL_PKEY_PARAM_EC_ORDER);
  const std::string zero(32, '\0');
  const std::string r = good.substr(0, 32);
  const std::string s = good.substr(32);
  const auto with = [&](const std::string& signature) {
    return verify(text + "." + b64(signature), rules, keys);
  };
  REQUIRE(with(r + s).ok());
  for (const std::string& bad :
       {zero + zero, zero + s, r + zero, order + s, r + order, std::string(64, '\xFF'), r,
        r + s + '\0', '\0' + r + '\0' + s, std::string(), r + s.substr(0, 31)}) {
    CHECK_FAULT(with(bad), signature);
  }
  // DER, as other protocols have it, is none of JWS.
  CHECK_FAULT(with("\x30\x44\x02\x20" + r + "\x02\x20" + s), signature);
}

TEST_CASE("a header that brings a key, points to one or asks for an extension is refused") {
  EVP_PKEY* const mine = new_key("RSA");
  for (const std::string& more :
       {",\"jwk\":" + rsa_jwk(mine), std::string(R"(,"jwk":{})"), std::string(R"(,"jwk":null)"),
        std::string(R"(,"jku":"https://evil.example/keys")"), std::string(R"(,"x5c":["MII"])"),
        std::string(R"(,"x5u":"https://evil.example/c")"), std::string(R"(,"crit":["exp"])"),
        std::string(R"(,"crit":[])"), std::string(R"(,"b64":false)"),
        std::string(R"(,"b64":true)")}) {
    CAPTURE(more);
    // Refused even when the signature would hold.
    CHECK_FAULT(verify(hs_token(header("HS256", more), kClaims, kSecret)), header);
  }
  const JwtRules rules(auth_config({"RS256"}));
  const KeySet other(load_pem(public_pem(new_key("RSA"))).keys);
  CHECK_FAULT(verify(pk_token(header("RS256", ",\"jwk\":" + rsa_jwk(mine)), kClaims, mine,
                              JwsAlgorithm::rs256),
                     rules, other),
              header);
  CHECK(verify(hs_token(header("HS256", R"(,"x5t":"abc","cty":"json","zip":1)"), kClaims, kSecret))
            .ok());
}

TEST_CASE("typ is that of a JWT when it is there") {
  for (const char* typ : {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"}) {
    const std::string more = R"(,"typ":")" + std::string(typ) + "\"";
    CHECK(verify(hs_token(header("HS256", more), kClaims, kSecret)).ok());
  }
  for (const char* more : {R"(,"typ":"JWE")", R"(,"typ":"dpop+jwt")", R"(,"typ":"")",
                           R"(,"typ":["JWT"])", R"(,"typ":1)", R"(,"typ":"logout+jwt")"}) {
    CAPTURE(more);
    CHECK_FAULT(verify(hs_token(header("HS256", more), kClaims, kSecret)), header);
  }
}

TEST_CASE("a kid picks among the keys of the set and can do nothing else") {
  EVP_PKEY* const a = new_key("EC", "P-256");
  EVP_PKEY* const b = new_key("EC", "P-256");
  const KeySet keys(load_jwks("{\"keys\":[" + ec_jwk(a, "P-256", 32, R"(,"kid":"a")") + "," +
                                  ec_jwk(b, "P-256", 32, R"(,"kid":"b")") + "]}",
                              JwksSource::url)
                        .keys);
  REQUIRE(keys.keys().size() == 2);
  const JwtRules rules(auth_config({"ES256"}));
  const auto token = [&](const char* more, EVP_PKEY* key) {
    return pk_token(header("ES256", more), kClaims, key, JwsAlgorithm::es256);
  };
  CHECK(verify(token(R"(,"kid":"b")", b), rules, keys).ok());
  CHECK(verify(token("", b), rules, keys).ok());
  CHECK_FAULT(verify(token(R"(,"kid":"a")", b), rules, keys), signature);
  for (const char* kid : {R"(,"kid":"../../dev/null")", R"(,"kid":"a' OR '1'='1")",
                          R"(,"kid":"\u0000")", R"(,"kid":"c")", R"(,"kid":"")"}) {
    CAPTURE(kid);
    const auto result = verify(token(kid, a), rules, keys);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == Kind::unknown_key);
    CHECK(result.error().kid_unknown);
  }
  CHECK_FAULT(verify(token(R"(,"kid":7)", a), rules, keys), header);
  const std::string longest(kMaxKidSize, 'k');
  CHECK_FAULT(verify(token((R"(,"kid":")" + longest + "\"").c_str(), a), rules, keys), unknown_key);
  CHECK_FAULT(verify(token((R"(,"kid":"k)" + longest + "\"").c_str(), a), rules, keys), header);
}

TEST_CASE("a key without a kid is tried for a token with one, which may still be of a newer set") {
  EVP_PKEY* const key = new_key("ED25519");
  const KeySet keys(load_pem(public_pem(key)).keys);
  const JwtRules rules(auth_config({"EdDSA"}));
  const std::string named = header("EdDSA", R"(,"kid":"new")");
  CHECK(verify(pk_token(named, kClaims, key, JwsAlgorithm::eddsa), rules, keys).ok());
  const auto other =
      verify(pk_token(named, kClaims, new_key("ED25519"), JwsAlgorithm::eddsa), rules, keys);
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().kind == Kind::signature);
  CHECK(other.error().kid_unknown);
  CHECK_FAULT(verify(pk_token(named, kClaims, key, JwsAlgorithm::eddsa), rules, KeySet()),
              unknown_key);
}

TEST_CASE("a token without a kid is tried with a bounded number of keys") {
  std::vector<VerificationKey::Pointer> keys;
  for (std::size_t i = 0; i < kMaxKeysTried; ++i) {
    keys.push_back(load_secret("another secret of some length " + std::to_string(i)).keys.front());
  }
  const std::string token = hs_token(header("HS256"), kClaims, kSecret);
  keys[kMaxKeysTried - 1] = kSecretKeys.keys().front();
  CHECK(verify(token, kHs, KeySet(keys)).ok());
  keys.insert(keys.begin(), load_secret("one more").keys.front());
  CHECK_FAULT(verify(token, kHs, KeySet(keys)), signature);
}

TEST_CASE("a token is three parts of canonical base64url") {
  const std::string token = hs_token(header("HS256"), kClaims, kSecret);
  CHECK(verify(token).ok());
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("..."), std::string("a.b"),
        token + ".", "." + token, token + "=", token + " ", " " + token, token + "\n",
        token + ".x.y", std::string(8192, '.'), std::string("\0.\0.\0", 5)}) {
    CHECK_FAULT(verify(bad), malformed);
  }
  // 43 characters carry two spare bits: the last one has a second spelling, which is refused.
  std::string spare = token;
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  spare.back() = alphabet[alphabet.find(spare.back()) ^ 1U];
  CHECK_FAULT(verify(spare), malformed);
  // A payload of which the spelling is not canonical, yet signed as it stands.
  const std::string text =
      b64(header("HS256")) + "." + b64("{\"sub\":\"u\",\"exp\":1800000600} ") + "=";
  CHECK_FAULT(verify(text + "." + b64(hmac(JwsAlgorithm::hs256, kSecret, text))), malformed);
}

TEST_CASE("a token is as long as the config allows, and not a byte longer") {
  auto auth = auth_config({"HS256"});
  const std::string token = hs_token(header("HS256"), kClaims, kSecret);
  auth.max_token_size = token.size();
  CHECK(verify(token, JwtRules(auth)).ok());
  auth.max_token_size = token.size() - 1;
  CHECK_FAULT(verify(token, JwtRules(auth)), too_large);
  CHECK_FAULT(verify(std::string(9000, 'a')), too_large);
  // The header has a bound of its own.
  const std::size_t room = kMaxJwtHeaderSize / 4 * 3 - header("HS256", R"(,"x":"")").size();
  const std::string fits = header("HS256", R"(,"x":")" + std::string(room, 'x') + "\"");
  const std::string over = header("HS256", R"(,"x":")" + std::string(room + 1, 'x') + "\"");
  CHECK(verify(hs_token(fits, kClaims, kSecret)).ok());
  CHECK_FAULT(verify(hs_token(over, kClaims, kSecret)), too_large);
}

TEST_CASE("a member that stands twice is refused in the header and in the claims, at any depth") {
  CHECK_FAULT(verify(hs_token(R"({"alg":"HS256","alg":"HS256"})", kClaims, kSecret)), malformed);
  CHECK_FAULT(verify(hs_token(R"({"alg":"none","alg":"HS256"})", kClaims, kSecret)), malformed);
  CHECK_FAULT(verify(hs_token(R"({"alg":"HS256","\u0061lg":"HS256"})", kClaims, kSecret)),
              malformed);
  CHECK_FAULT(verify_claims(R"({"sub":"a","exp":1800000600,"sub":"b"})"), malformed);
  CHECK_FAULT(verify_claims(R"({"sub":"a","exp":1800000600,"o":{"x":1,"x":2}})"), malformed);
  CHECK_FAULT(verify_claims(R"({"sub":"a","exp":1800000600,"o":[{"x":1,"x":2}]})"), malformed);
  CHECK(verify_claims(R"({"sub":"a","exp":1800000600,"o":[{"x":1},{"x":2}],"x":3})").ok());
}

TEST_CASE("header and claims are JSON objects, not deeper and not wider than the bounds") {
  for (const char* bad : {"", "null", "[]", "\"x\"", "7", "{", "{}x", "{\"sub\":\"\xFF\"}",
                          "{\"sub\":\"a\",}", "{'sub':'a'}", "{\"exp\":1e999}"}) {
    CAPTURE(bad);
    CHECK_FAULT(verify_claims(bad), malformed);
    CHECK_FAULT(verify(hs_token(bad, kClaims, kSecret)), malformed);
  }
  const auto nested = [](std::size_t depth) {
    return R"({"sub":"a","exp":1800000600,"d":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}";
  };
  CHECK(verify_claims(nested(kMaxJsonDepth - 1)).ok());
  CHECK_FAULT(verify_claims(nested(kMaxJsonDepth)), malformed);
  CHECK_FAULT(verify_claims(nested(2000)), malformed);
  const auto wide = [](std::size_t members) {
    std::string claims = R"({"sub":"a","exp":1800000600)";
    for (std::size_t i = 2; i < members; ++i) claims += ",\"" + std::to_string(i) + "\":1";
    return claims + "}";
  };
  CHECK(verify_claims(wide(256)).ok());
  CHECK_FAULT(verify_claims(wide(257)), malformed);
}

TEST_CASE("exp, nbf and iat hold exactly, with the leeway") {
  const auto at = [](std::string_view claims, UnixMicros now) {
    return verify_claims(claims, kHs, now);
  };
  const UnixMicros end = 1'800'000'600 * kSecond + 30 * kSecond;
  CHECK(at(kClaims, end - 1).ok());
  CHECK_FAULT(at(kClaims, end), expired);
  CHECK_FAULT(at(R"({"sub":"a"})", kNow), claims);
  CHECK_FAULT(at(R"({"sub":"a","exp":null})", kNow), claims);
  const UnixMicros start = 1'800'000'100 * kSecond - 30 * kSecond;
  for (const char* claim : {"nbf", "iat"}) {
    const std::string claims =
        R"({"sub":"a","exp":1800000600,")" + std::string(claim) + R"(":1800000100})";
    CHECK(at(claims, start).ok());
    CHECK_FAULT(at(claims, start - 1), not_yet);
  }
  const auto fraction = at(R"({"sub":"a","exp":1800000600.25})", kNow);
  REQUIRE(fraction.ok());
  CHECK((*fraction)->expires == 1'800'000'600 * kSecond + 250'000);
  CHECK(at(R"({"sub":"a","exp":253402300799})", kNow).ok());
  for (const char* date : {"253402300800", "-1", "1800000600000", "1e300", "-1e300",
                           "\"1800000600\"", "[1800000600]", "true", "18446744073709551615"}) {
    CAPTURE(date);
    CHECK_FAULT(at("{\"sub\":\"a\",\"exp\":" + std::string(date) + "}", kNow), malformed);
    CHECK_FAULT(at("{\"sub\":\"a\",\"exp\":1800000600,\"nbf\":" + std::string(date) + "}", kNow),
                malformed);
  }
}

TEST_CASE("issuer and audience are compared as they stand") {
  auto auth = auth_config({"HS256"});
  auth.issuer = "https://auth.example.com";
  auth.audience = {"lims", "files"};
  const JwtRules rules(auth);
  const auto with = [&](std::string_view more) {
    return verify_claims(R"({"sub":"a","exp":1800000600)" + std::string(more) + "}", rules);
  };
  const std::string iss = R"(,"iss":"https://auth.example.com")";
  CHECK(with(iss + R"(,"aud":"lims")").ok());
  CHECK(with(iss + R"(,"aud":["x","files"])").ok());
  CHECK_FAULT(with(R"(,"aud":"lims")"), issuer);
  CHECK_FAULT(with(R"(,"iss":"https://auth.example.com/","aud":"lims")"), issuer);
  CHECK_FAULT(with(R"(,"iss":["https://auth.example.com"],"aud":"lims")"), malformed);
  CHECK_FAULT(with(iss), audience);
  CHECK_FAULT(with(iss + R"(,"aud":[])"), audience);
  CHECK_FAULT(with(iss + R"(,"aud":"LIMS")"), audience);
  CHECK_FAULT(with(iss + R"(,"aud":"lims files")"), audience);
  CHECK_FAULT(with(iss + R"(,"aud":[7])"), malformed);
  CHECK_FAULT(with(iss + R"(,"aud":{"x":"lims"})"), audience);
}

TEST_CASE("the user is sub, else client_id, else azp, and fit for a field") {
  const auto user = [](std::string_view claims) -> std::string {
    const auto result = verify_claims("{\"exp\":1800000600," + std::string(claims) + "}");
    return result.ok() ? (*result)->user : result.error().detail;
  };
  CHECK(user(R"("azp":"z","client_id":"c","sub":"s")") == "s");
  CHECK(user(R"("azp":"z","client_id":"c")") == "c");
  CHECK(user(R"("azp":"z")") == "z");
  CHECK(user(R"("sub":4711)") == "4711");
  CHECK(user(R"("sub":"Zoë")") == "Zoë");
  CHECK(user(R"("sub":"","azp":"z")") == "z");
  CHECK(user(R"("x":"y")") == "the token names no user");
  for (const char* bad : {R"("sub":"a\r\nX-Admin: 1")", R"("sub":"a\u0000")", R"("sub":"admin ")",
                          R"("sub":" admin")", R"("sub":"a\u007f")"}) {
    CHECK_FAULT(verify_claims("{\"exp\":1800000600," + std::string(bad) + "}"), malformed);
  }
  CHECK(user(R"("sub":")" + std::string(kMaxUserSize, 'u') + "\"").size() == kMaxUserSize);
  CHECK_FAULT(
      verify_claims(R"({"exp":1800000600,"sub":")" + std::string(kMaxUserSize + 1, 'u') + "\"}"),
      malformed);
}

TEST_CASE("the signature is looked at before the claims") {
  CHECK_FAULT(verify(hs_token(header("HS256"), "not json", "another secret")), signature);
}

TEST_CASE("other rules or keys are another generation, the same ones are the same") {
  auto auth = auth_config({"HS256"});
  const auto first = JwtRules(auth).generation(kSecretKeys);
  CHECK(JwtRules(auth).generation(KeySet(load_secret(kSecret).keys)) == first);
  CHECK(JwtRules(auth).generation(KeySet(load_secret("other").keys)) != first);
  auth.issuer = "x";
  const auto second = JwtRules(auth).generation(kSecretKeys);
  CHECK(second != first);
  auth.issuer = "";
  auth.audience = {"x"};
  CHECK(JwtRules(auth).generation(kSecretKeys) != first);
  CHECK(JwtRules(auth).generation(kSecretKeys) != second);
}

TEST_CASE("threads verify with the same keys at once") {
  EVP_PKEY* const rsa = new_key("RSA");
  EVP_PKEY* const ec = new_key("EC", "P-256");
  EVP_PKEY* const ed = new_key("ED25519");
  auto all = load_pem(public_pem(rsa) + public_pem(ec) + public_pem(ed)).keys;
  all.push_back(kSecretKeys.keys().front());
  const KeySet keys(all);
  const JwtRules rules(auth_config({"RS256", "PS512", "ES256", "EdDSA", "HS256"}));
  const std::string tokens[] = {pk_token(header("RS256"), kClaims, rsa, JwsAlgorithm::rs256),
                                pk_token(header("PS512"), kClaims, rsa, JwsAlgorithm::ps512),
                                pk_token(header("ES256"), kClaims, ec, JwsAlgorithm::es256),
                                pk_token(header("EdDSA"), kClaims, ed, JwsAlgorithm::eddsa),
                                hs_token(header("HS256"), kClaims, kSecret)};
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        for (const std::string& token : tokens) good += verify(token, rules, keys).ok() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 4 * 100 * 5);
}
