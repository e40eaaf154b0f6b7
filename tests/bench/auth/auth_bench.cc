// A token that is new, beside OpenSSL's bare verification of the same bytes; and one that is known.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "shared/policy/api_key.h"
#include "shared/policy/basic_auth.h"
#include "shared/policy/jwt.h"
#include "shared/policy/token_cache.h"
#include "tests/unit/shared/policy/signer.h"

namespace gateway::policy {
namespace {

constexpr UnixMicros kNow = 1'800'000'000'000'000;
constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
// As an OpenID provider writes them.
constexpr std::string_view kClaims =
    R"({"iss":"https://auth.example.com","sub":"3f1c9a7e-52a0-4c11-9a53-1f0b8d0f7a11",)"
    R"("aud":["lims"],"iat":1799999700,"nbf":1799999700,"exp":1800003600,"azp":"web",)"
    R"("scope":"openid profile email","roles":["lab","reader"],"email":"ann@example.com"})";

std::string header(JwsAlgorithm algorithm) {
  return "{\"alg\":\"" + std::string(to_string(algorithm)) + "\",\"typ\":\"JWT\"}";
}

JwtRules rules(JwsAlgorithm algorithm) {
  config::JwtAuth auth;
  auth.algorithms = {std::string(to_string(algorithm))};
  auth.issuer = "https://auth.example.com";
  auth.audience = {"lims"};
  auth.max_token_size = 8192;
  auth.roles_claim = "roles";
  auth.scope_claim = "scope";
  return JwtRules(auth);
}

EVP_PKEY* key_of(JwsAlgorithm algorithm) {
  switch (kind_of(algorithm)) {
    case KeyKind::rsa:
      return testing::new_key("RSA");
    case KeyKind::ed25519:
      return testing::new_key("ED25519");
    default:
      return testing::new_key("EC", "P-256");
  }
}

// What a program that has nothing else to do calls, with everything it may keep kept.
void bench_bare(benchmark::State& state, JwsAlgorithm algorithm) {
  EVP_PKEY* const key = key_of(algorithm);
  const std::string text = testing::b64(header(algorithm)) + "." + testing::b64(kClaims);
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  EVP_MD* const digest =
      algorithm == JwsAlgorithm::eddsa ? nullptr : EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const auto* in = reinterpret_cast<const unsigned char*>(text.data());
  EVP_DigestSignInit(context, nullptr, digest, nullptr, key);
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, in,
                 text.size());
  for (auto _ : state) {
    EVP_MD_CTX_reset(context);
    if (EVP_DigestVerifyInit(context, nullptr, digest, nullptr, key) != 1 ||
        EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), size,
                         in, text.size()) != 1) {
      state.SkipWithError("does not verify");
    }
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(digest);
}

void bench_verify(benchmark::State& state, JwsAlgorithm algorithm) {
  const JwtRules rule = rules(algorithm);
  KeySet keys(load_secret(kSecret).keys);
  std::string token;
  if (kind_of(algorithm) == KeyKind::secret) {
    token = testing::hs_token(header(algorithm), kClaims, kSecret);
  } else {
    EVP_PKEY* const key = key_of(algorithm);
    keys = KeySet(load_pem(testing::public_pem(key)).keys);
    token = testing::pk_token(header(algorithm), kClaims, key, algorithm);
  }
  for (auto _ : state) {
    const auto result = verify_jwt(token, rule, keys, kNow);
    if (!result.ok()) state.SkipWithError(result.error().detail);
    benchmark::DoNotOptimize(result);
  }
}

// One of `range` tokens that are all known, each with its own memory.
void bench_known(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  TokenCache cache(4096);
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < count; ++i) {
    std::string claims(kClaims);
    claims.replace(claims.find("3f1c"), 4, std::to_string(1000 + i));
    tokens.push_back(testing::hs_token(header(JwsAlgorithm::hs256), claims, kSecret));
    auto verified = verify_jwt(tokens.back(), rules(JwsAlgorithm::hs256),
                               KeySet(load_secret(kSecret).keys), kNow);
    cache.insert(tokens.back(), {*verified, kNow + 1, kNow + 1});
  }
  std::size_t at = 0;
  for (auto _ : state) {
    const KnownIdentity* known = cache.find(tokens[at], kNow);
    if (known == nullptr) state.SkipWithError("not known");
    std::shared_ptr<const Identity> identity = known->identity;
    benchmark::DoNotOptimize(identity);
    at = at + 1 == count ? 0 : at + 1;
  }
}

void bench_api_key(benchmark::State& state) {
  config::ApiKeyAuth auth;
  auth.header = "X-API-Key";
  config::ApiKey& key = auth.keys.emplace_back();
  key.name = "one";
  for (const std::uint8_t byte : sha256({"0123456789abcdef0123456789abcdef"})) {
    constexpr std::string_view kHex = "0123456789abcdef";
    key.sha256.append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
  }
  const ApiKeyRules keys(auth);
  const Fields fields = {{"X-API-Key", "0123456789abcdef0123456789abcdef", "", FieldId::other}};
  for (auto _ : state) {
    const auto verdict = keys.check(fields, "", kNow);
    if (verdict.kind != ApiKeyVerdict::Kind::good) state.SkipWithError(verdict.detail);
    benchmark::DoNotOptimize(verdict);
  }
}

void bench_known_password(benchmark::State& state) {
  VerifiedPasswords verified(64, sha256({"random"}));
  verified.insert({"ann", "a password of hers"}, std::make_shared<Identity>());
  for (auto _ : state) {
    const auto parsed = parse_basic("YW5uOmEgcGFzc3dvcmQgb2YgaGVycw==");
    auto identity = verified.find(*parsed);
    if (identity == nullptr) state.SkipWithError("not known");
    benchmark::DoNotOptimize(identity);
  }
}

void bench_scrypt(benchmark::State& state) {
  const auto hash = PasswordHash::make("password", "0123456789abcdef");
  for (auto _ : state) benchmark::DoNotOptimize(hash->verify("password"));
}

BENCHMARK_CAPTURE(bench_bare, RS256, JwsAlgorithm::rs256);
BENCHMARK_CAPTURE(bench_verify, RS256, JwsAlgorithm::rs256);
BENCHMARK_CAPTURE(bench_bare, ES256, JwsAlgorithm::es256);
BENCHMARK_CAPTURE(bench_verify, ES256, JwsAlgorithm::es256);
BENCHMARK_CAPTURE(bench_bare, EdDSA, JwsAlgorithm::eddsa);
BENCHMARK_CAPTURE(bench_verify, EdDSA, JwsAlgorithm::eddsa);
BENCHMARK_CAPTURE(bench_verify, HS256, JwsAlgorithm::hs256);
BENCHMARK(bench_known)->Arg(1)->Arg(4000);
BENCHMARK(bench_api_key);
BENCHMARK(bench_known_password);
BENCHMARK(bench_scrypt)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gateway::policy
