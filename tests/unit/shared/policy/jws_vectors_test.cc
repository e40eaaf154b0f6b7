// The examples of RFC 7515 appendix A.1 to A.3 and RFC 8037 appendix A.
#include <doctest/doctest.h>

#include "shared/base/base64.h"
#include "shared/policy/jwk.h"
#include "shared/policy/jwt.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

constexpr UnixMicros kExpires = 1'300'819'380'000'000;

const std::string kPayload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";

struct Example {
  const char* alg;
  std::string jwk;
  std::string header;
  std::string signature;
};

const Example kExamples[] = {
    {"HS256",
     R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUu)"
     R"(TwjAzZr1Z9CAow"})",
     "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
    {"RS256",
     R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qP)"
     R"(CJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LO)"
     R"(L-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Zw)"
     R"(Kh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ)"
     R"(","e":"AQAB"})",
     "eyJhbGciOiJSUzI1NiJ9",
     "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
     "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
     "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
     "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
    {"ES256",
     R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
     R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
     "eyJhbGciOiJFUzI1NiJ9",
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"}};

VerificationKey::Pointer key_of(const std::string& jwk) {
  const LoadedKeys loaded = load_jwks("{\"keys\":[" + jwk + "]}", JwksSource::file);
  REQUIRE(loaded.keys.size() == 1);
  return loaded.keys.front();
}

}  // namespace

TEST_CASE("the examples of RFC 7515 hold while they are young, and name no user") {
  for (const Example& example : kExamples) {
    CAPTURE(example.alg);
    config::JwtAuth auth;
    auth.algorithms = {example.alg};
    auth.issuer = "joe";
    auth.max_token_size = 4096;
    const JwtRules rules(auth);
    const KeySet keys({key_of(example.jwk)});
    const std::string token = example.header + "." + kPayload + "." + example.signature;
    // Their claims hold no sub: getting so far means that signature, dates and issuer are right.
    const auto young = verify_jwt(token, rules, keys, kExpires - 1);
    REQUIRE_FALSE(young.ok());
    CHECK(young.error().kind == JwtFault::Kind::claims);
    const auto old = verify_jwt(token, rules, keys, kExpires);
    REQUIRE_FALSE(old.ok());
    CHECK(old.error().kind == JwtFault::Kind::expired);
    std::string other = token;
    other[other.find('.') + 5] ^= 1;
    const auto changed = verify_jwt(other, rules, keys, kExpires - 1);
    REQUIRE_FALSE(changed.ok());
    CHECK(changed.error().kind == JwtFault::Kind::signature);
  }
}

TEST_CASE("the Ed25519 example of RFC 8037 appendix A.4 holds") {
  const auto key =
      key_of(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  std::string signature;
  REQUIRE(decode_base64(Base64::url,
                        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7s"
                        "VvpAr_MuM0KAg",
                        signature));
  const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  CHECK(key->verify(JwsAlgorithm::eddsa, text, signature));
  CHECK_FALSE(key->verify(JwsAlgorithm::eddsa, text + "A", signature));
  CHECK_FALSE(key->verify(JwsAlgorithm::eddsa, text, std::string(64, '\0')));
  CHECK_FALSE(key->verify(JwsAlgorithm::es256, text, signature));
}
