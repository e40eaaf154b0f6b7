#include "gatewayd/acme/account_key.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "shared/base/base64.h"

using namespace gateway;
using acme::AccountKey;

namespace {

// The key of RFC 7515 appendix A.3.
constexpr const char* kPem = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff
H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp
7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt
-----END PRIVATE KEY-----
)";

std::string decoded(const std::string& text) {
  std::string bytes;
  REQUIRE(decode_base64(Base64::url, text, bytes));
  return bytes;
}

}  // namespace

TEST_CASE("a key is read, written and told as a JWK") {
  const auto key = AccountKey::read(kPem);
  REQUIRE(key.has_value());
  CHECK(key->jwk() ==
        R"({"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
        R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  CHECK(AccountKey::read(key->pem())->jwk() == key->jwk());
  CHECK(key->thumbprint() == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
}

TEST_CASE("what is no private key on P-256 is no account's") {
  CHECK_FALSE(AccountKey::read("").has_value());
  CHECK_FALSE(AccountKey::read("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
}

TEST_CASE("a request is signed as a flattened JWS, by two numbers of 32 bytes") {
  const AccountKey key = AccountKey::make();
  const std::string text = key.sign(R"({"alg":"ES256","nonce":"n"})", R"({"a":1})");
  const auto request = nlohmann::json::parse(text);
  CHECK(decoded(request["protected"]) == R"({"alg":"ES256","nonce":"n"})");
  CHECK(decoded(request["payload"]) == R"({"a":1})");
  CHECK(decoded(request["signature"]).size() == 64);
  CHECK(key.sign("{}", "{}") != key.sign("{}", "{}"));
}
