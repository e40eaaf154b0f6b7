#include "shared/policy/credentials.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace gateway;
using namespace gateway::policy;
using Scheme = Credentials::Scheme;

Field authorization(std::string_view value) {
  return {"Authorization", value, "", FieldId::authorization};
}

}  // namespace

TEST_CASE("the scheme is read in any case, and what follows it as one token") {
  for (const char* value : {"Bearer abc.def", "bearer abc.def", "BEARER   abc.def"}) {
    const auto found = find_credentials({authorization(value)});
    REQUIRE(found.ok());
    CHECK(found->scheme == Scheme::bearer);
    CHECK(found->value == "abc.def");
  }
  const auto basic =
      find_credentials({{"X", "y", "", FieldId::other}, authorization("Basic QQ==")});
  REQUIRE(basic.ok());
  CHECK(basic->scheme == Scheme::basic);
  CHECK(basic->value == "QQ==");
}

TEST_CASE("no credentials, and a scheme that nobody here knows, are no error") {
  CHECK(find_credentials({})->scheme == Scheme::none);
  CHECK(find_credentials({authorization("")})->scheme == Scheme::none);
  CHECK(find_credentials({authorization("Digest a=\"b\", c")})->scheme == Scheme::other);
  CHECK(find_credentials({authorization("Bearerabc")})->scheme == Scheme::other);
  CHECK(find_credentials({authorization("Bearer")})->scheme == Scheme::bearer);
  CHECK(find_credentials({authorization("Bearer")})->value.empty());
}

TEST_CASE("two Authorization fields and what is no token68 are refused") {
  const auto twice = find_credentials({authorization("Bearer a"), authorization("Bearer a")});
  REQUIRE_FALSE(twice.ok());
  CHECK(twice.error().decider == Decider::bad_request);
  for (const char* value : {"Bearer a b", "Bearer a,b", "Bearer =a=b", "Bearer \"a\"", "Basic a:b",
                            "Bearer a\xC3\xA4", "Bearer a;b", "Bearer <a>"}) {
    CAPTURE(value);
    CHECK_FALSE(find_credentials({authorization(value)}).ok());
  }
}

TEST_CASE("every octet at every place of a token: letters, digits and -._~+/ alone pass") {
  const std::string_view good =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    if (c == ' ' || c == '\t' || c == '=') continue;
    for (const std::size_t at : {0U, 1U, 15U, 16U, 31U, 32U, 39U}) {
      std::string value = "Bearer " + std::string(40, 'a');
      value[7 + at] = c;
      CAPTURE(octet);
      CAPTURE(at);
      CHECK(find_credentials({authorization(value)}).ok() == (good.find(c) != good.npos));
    }
  }
}
