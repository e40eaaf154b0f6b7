#include "shared/policy/jwk.h"

#include <doctest/doctest.h>

#include "tests/unit/shared/policy/signer.h"

namespace {

using namespace gateway;
using namespace gateway::policy;
using namespace gateway::policy::testing;

LoadedKeys load(const std::string& keys, JwksSource source = JwksSource::file) {
  return load_jwks("{\"keys\":[" + keys + "]}", source);
}

// The note on the only key, which was left out.
std::string why_not(const std::string& key, JwksSource source = JwksSource::file) {
  const LoadedKeys loaded = load(key, source);
  CHECK(loaded.keys.empty());
  REQUIRE(loaded.notes.size() == 1);
  return loaded.notes.front();
}

EVP_PKEY* rsa() {
  static EVP_PKEY* const key = new_key("RSA");
  return key;
}

}  // namespace

TEST_CASE("keys of each kind are read with what they say of themselves") {
  EVP_PKEY* const p521 = new_key("EC", "P-521");
  const LoadedKeys loaded =
      load(rsa_jwk(rsa(), R"(,"kid":"r","use":"sig","alg":"PS256","x5c":["MII"],"d":"secret")") +
           "," + ec_jwk(p521, "P-521", 66, R"(,"key_ops":["sign","verify"])") + "," +
           R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},)" +
           R"({"kty":"oct","k":"c2VjcmV0","alg":"HS512"})");
  CHECK(loaded.notes.empty());
  REQUIRE(loaded.keys.size() == 4);
  CHECK(loaded.keys[0]->kind() == KeyKind::rsa);
  CHECK(loaded.keys[0]->kid() == "r");
  CHECK(loaded.keys[0]->serves(JwsAlgorithm::ps256));
  CHECK_FALSE(loaded.keys[0]->serves(JwsAlgorithm::rs256));
  CHECK(loaded.keys[1]->kind() == KeyKind::p521);
  CHECK(loaded.keys[1]->serves(JwsAlgorithm::es512));
  CHECK(loaded.keys[2]->kind() == KeyKind::ed25519);
  CHECK(loaded.keys[3]->kind() == KeyKind::secret);
  CHECK(loaded.keys[3]->is_short(JwsAlgorithm::hs512));
  CHECK_FALSE(loaded.keys[3]->serves(JwsAlgorithm::hs256));
}

TEST_CASE("a key that is not for signatures is left out, with the reason") {
  CHECK(why_not(rsa_jwk(rsa(), R"(,"use":"enc")")) == "key 1: its use is not \"sig\"");
  CHECK(why_not(rsa_jwk(rsa(), R"(,"use":7)")) == "key 1: its use is not \"sig\"");
  CHECK(why_not(rsa_jwk(rsa(), R"(,"kid":"a\nb","key_ops":["encrypt"])")) ==
        "key 1 (kid \"a\\nb\"): its key_ops do not include \"verify\"");
  CHECK(why_not(rsa_jwk(rsa(), R"(,"key_ops":"verify")")).ends_with("\"verify\""));
  CHECK(why_not(rsa_jwk(rsa(), R"(,"alg":"RSA-OAEP")")).ends_with("that is supported"));
  CHECK(why_not(rsa_jwk(rsa(), R"(,"alg":"none")")).ends_with("that is supported"));
  CHECK(why_not(rsa_jwk(rsa(), R"(,"alg":"ES256")")).ends_with("another kind of key"));
  CHECK(why_not(rsa_jwk(rsa(), R"(,"alg":"HS256")")).ends_with("another kind of key"));
  CHECK(why_not(rsa_jwk(rsa(), R"(,"kid":1)")).ends_with("1 to 256 bytes"));
  CHECK(
      why_not(rsa_jwk(rsa(), R"(,"kid":")" + std::string(257, 'k') + "\"")).ends_with("256 bytes"));
  CHECK(load(rsa_jwk(rsa(), R"(,"kid":")" + std::string(256, 'k') + "\"")).keys.size() == 1);
  CHECK(why_not("7") == "key 1: not an object");
  CHECK(why_not(R"({"k":"c2VjcmV0"})").ends_with("none of RSA, EC, OKP, oct"));
  CHECK(why_not(R"({"kty":"rsa"})").ends_with("none of RSA, EC, OKP, oct"));
}

TEST_CASE("a weak or impossible key is left out") {
  CHECK(why_not(rsa_jwk(new_key("RSA", "1024"))).ends_with("at least 2048 bits"));
  CHECK(why_not(rsa_jwk(new_key("RSA", "2047"))).ends_with("at least 2048 bits"));
  const std::string n = b64(number(rsa(), OSSL_PKEY_PARAM_RSA_N));
  const auto with = [](const std::string& modulus, const std::string& exponent) {
    return R"({"kty":"RSA","n":")" + modulus + R"(","e":")" + exponent + "\"}";
  };
  CHECK(load(with(n, "Aw")).keys.size() == 1);
  CHECK(why_not(with(n, "AQ")).ends_with("3 to 64 bits"));
  CHECK(why_not(with(n, "BA")).ends_with("3 to 64 bits"));
  CHECK(why_not(with(n, b64(std::string(9, '\xFF')))).ends_with("too long"));
  CHECK(why_not(with(n, "")).ends_with("too long"));
  CHECK(why_not(with(n + "=", "AQAB")).ends_with("too long"));
  CHECK(why_not(with(b64(std::string(1025, '\xFF')), "AQAB")).ends_with("at most 8192 bits"));
  CHECK(why_not(with(b64(std::string(1026, '\xFF')), "AQAB")).ends_with("too long"));

  EVP_PKEY* const p256 = new_key("EC", "P-256");
  CHECK(load(ec_jwk(p256, "P-256", 32)).keys.size() == 1);
  CHECK(why_not(ec_jwk(p256, "P-256", 33)).ends_with("section 6.2.1)"));
  CHECK(why_not(ec_jwk(p256, "P-384", 48)).ends_with("not on its curve"));
  CHECK(why_not(ec_jwk(p256, "secp256k1", 32)).ends_with("none of P-256, P-384, P-521"));
  const std::string zero = b64(std::string(32, '\0'));
  CHECK(why_not(R"({"kty":"EC","crv":"P-256","x":")" + zero + R"(","y":")" + zero + "\"}")
            .ends_with("not on its curve"));
  CHECK(why_not(R"({"kty":"OKP","crv":"X25519","x":")" + zero + "\"}").ends_with("32 bytes"));
  CHECK(why_not(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})").ends_with("32 bytes"));
  CHECK(why_not(R"({"kty":"oct","k":""})").ends_with("at least one byte"));
}

TEST_CASE("a secret is not taken from an address") {
  const std::string secret = R"({"kty":"oct","k":"c2VjcmV0"})";
  CHECK(load(secret, JwksSource::file).keys.size() == 1);
  CHECK(why_not(secret, JwksSource::url).ends_with("that others can read"));
}

TEST_CASE("one bad key does not take the others with it") {
  const LoadedKeys loaded = load("{}," + rsa_jwk(rsa()) + ",[]");
  CHECK(loaded.keys.size() == 1);
  CHECK(loaded.notes.size() == 2);
}

TEST_CASE("a set that is none is refused as a whole") {
  const auto refused = [](const std::string& text) {
    const LoadedKeys loaded = load_jwks(text, JwksSource::file);
    CHECK(loaded.keys.empty());
    CHECK(loaded.notes.size() == 1);
  };
  for (const char* text :
       {"", "null", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", "{\"keys\":[",
        R"({"keys":[],"keys":[]})", R"({"keys":[]}x)", "<html>"}) {
    CAPTURE(text);
    refused(text);
  }
  const std::string key = rsa_jwk(rsa());
  refused("{\"keys\":[" + key.substr(0, key.size() - 1) + R"(,"kty":"RSA"}]})");
  CHECK(load_jwks(R"({"keys":[]})", JwksSource::file).notes.empty());
}

TEST_CASE("the number of keys and the size are bounded") {
  std::string keys = rsa_jwk(rsa());
  for (std::size_t i = 1; i < kMaxKeys; ++i) keys += "," + rsa_jwk(rsa());
  CHECK(load(keys).keys.size() == kMaxKeys);
  CHECK(load(keys).notes.empty());
  const LoadedKeys more = load(keys + "," + rsa_jwk(rsa()));
  CHECK(more.keys.size() == kMaxKeys);
  CHECK(more.notes.size() == 1);
  std::string text = "{\"keys\":[" + rsa_jwk(rsa()) + "]}";
  text.append(kMaxKeyFileSize - text.size(), ' ');
  CHECK(load_jwks(text, JwksSource::file).keys.size() == 1);
  CHECK(load_jwks(text + " ", JwksSource::file).keys.empty());
}
