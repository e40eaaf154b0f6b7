#include "shared/policy/certificate.h"

#include <doctest/doctest.h>

#include "certificates.h"

using namespace gateway::policy;
using Of = CertificateFault::Of;

TEST_CASE("a certificate tells whom it is for and until when") {
  const auto loaded = Certificate::load(kLeaf, kLeafKey);
  REQUIRE(loaded.ok());
  const CertificateFacts& facts = (*loaded)->facts();
  CHECK(facts.subject == "CN=api.example.com,O=Example");
  CHECK(facts.issuer == "CN=Authority,O=Example");
  CHECK(facts.common_name == "api.example.com");
  CHECK(facts.names ==
        std::vector<std::string>{"api.example.com", "*.example.com", "192.0.2.7", "2001:db8::1"});
  CHECK(facts.uris == std::vector<std::string>{"spiffe://example.com/api"});
  CHECK(facts.emails == std::vector<std::string>{"ops@example.com"});
  CHECK(facts.serial == "5431BFBF4B3FF0D64DAD15A354B0388A002364EF");
  CHECK(facts.sha256 == "5d7484a449c3ee83ff696981d849899488ea42e82f9e52b811725225adb2b2ac");
  CHECK(facts.not_before == 1796005550);
  CHECK(facts.not_after == 4949605550);
}

TEST_CASE("a chain follows the certificate that it leads to an authority") {
  const auto loaded = Certificate::load(kLeaf + kAuthority, kLeafKey);
  REQUIRE(loaded.ok());
  CHECK((*loaded)->chain().size() == 2);

  const auto turned = Certificate::load(kAuthority + kLeaf, kAuthorityKey);
  REQUIRE_FALSE(turned.ok());
  CHECK(turned.error().of == Of::certificate);
  CHECK(turned.error().reason == "certificate 2 of the chain did not issue the one before it");
}

TEST_CASE("words between the blocks are passed over, also a key in the same file") {
  CHECK(Certificate::load("subject=...\n" + kLeafKey + kLeaf, kLeaf + kLeafKey).ok());
}

TEST_CASE("what cannot be used is told apart") {
  const auto fault = [](const std::string& chain, const std::string& key) {
    const auto loaded = Certificate::load(chain, key);
    REQUIRE_FALSE(loaded.ok());
    return loaded.error();
  };
  CHECK(fault("", kLeafKey).of == Of::certificate);
  CHECK(fault("nothing", kLeafKey).reason == "holds no certificate in PEM");
  CHECK(fault(kLeaf.substr(0, 300), kLeafKey).of == Of::certificate);
  CHECK(fault(kLeaf + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", kLeafKey)
            .of == Of::certificate);
  CHECK(fault(kLeaf, "").of == Of::key);
  CHECK(fault(kLeaf, kLeaf).reason == "holds no private key in PEM");
  CHECK(fault(kLeaf, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n").reason ==
        "is protected by a password");
  CHECK(fault(kLeaf, kAuthorityKey).of == Of::pair);
  CHECK(fault(kLeaf, kAuthorityKey).reason == "the key is not the certificate's");
}

TEST_CASE("a chain has its bound") {
  std::string sixteen = kLeaf;
  for (int i = 1; i < 16; ++i) sixteen += kAuthority;
  CHECK(Certificate::load(sixteen, kLeafKey).ok());
  const auto longer = Certificate::load(sixteen + kAuthority, kLeafKey);
  REQUIRE_FALSE(longer.ok());
  CHECK(longer.error().reason == "holds 17 certificates; a chain has at most 16");
}
