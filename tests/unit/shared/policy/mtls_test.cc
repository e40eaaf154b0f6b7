#include "shared/policy/mtls.h"

#include <doctest/doctest.h>

using namespace gateway;
using policy::CertificateFacts;
using policy::MtlsRules;
using User = config::MtlsAuth::User;

namespace {

CertificateFacts some_client() {
  CertificateFacts facts;
  facts.subject = "CN=robot,O=Example";
  facts.issuer = "CN=Authority";
  facts.common_name = "robot";
  facts.names = {"192.0.2.7", "robot.example.com"};
  facts.uris = {"spiffe://example.com/robot"};
  facts.emails = {"robot@example.com"};
  facts.serial = "0A";
  facts.sha256 = "ab12";
  facts.not_after = 2'000'000'000;
  return facts;
}

std::string user_by(User user, const CertificateFacts& facts = some_client()) {
  config::MtlsAuth auth;
  auth.user = user;
  const auto verdict = MtlsRules(auth).identify(facts);
  return verdict.identity != nullptr ? verdict.identity->user
                                     : std::string("nobody: ") + verdict.detail;
}

}  // namespace

TEST_CASE("the user is what the config takes of the certificate") {
  CHECK(user_by(User::common_name) == "robot");
  CHECK(user_by(User::subject) == "CN=robot,O=Example");
  CHECK(user_by(User::dns) == "robot.example.com");
  CHECK(user_by(User::uri) == "spiffe://example.com/robot");
  CHECK(user_by(User::email) == "robot@example.com");
  CHECK(user_by(User::sha256) == "ab12");
}

TEST_CASE(
    "a certificate without such a name, or with one that reads as something else, is nobody's") {
  CertificateFacts facts = some_client();
  facts.uris.clear();
  CHECK(user_by(User::uri, facts) == "nobody: The client certificate does not name its holder.");
  facts.common_name = "robot\r\nX-Role: admin";
  CHECK(user_by(User::common_name, facts).starts_with("nobody"));
  facts.common_name = std::string(policy::kMaxCertificateUser, 'a');
  CHECK(user_by(User::common_name, facts) == facts.common_name);
  facts.common_name += 'a';
  CHECK(user_by(User::common_name, facts).starts_with("nobody"));
}

TEST_CASE("the identity ends with the certificate and carries its facts") {
  const auto identity = MtlsRules(config::MtlsAuth{}).identify(some_client()).identity;
  REQUIRE(identity != nullptr);
  CHECK(identity->method == "mtls");
  CHECK(identity->expires == UnixMicros{2'000'000'000} * 1'000'000);
  CHECK(identity->claim("sub") == "robot");
  CHECK(identity->claim("issuer") == "CN=Authority");
  CHECK(identity->claim("dns") == "robot.example.com");
  CHECK(identity->roles.empty());
}

TEST_CASE("where clients are listed, no one else counts") {
  config::MtlsAuth auth;
  auth.clients = {{"robot", {"lab"}, {"read"}, {}}};
  const MtlsRules rules(auth);
  CertificateFacts facts = some_client();
  const auto known = rules.identify(facts);
  REQUIRE(known.identity != nullptr);
  CHECK(known.identity->roles == std::vector<std::string>{"lab"});
  CHECK(known.identity->scopes == std::vector<std::string>{"read"});
  facts.common_name = "Robot";
  CHECK(rules.identify(facts).identity == nullptr);
}
