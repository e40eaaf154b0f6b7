#include "shared/policy/key_set.h"

#include <doctest/doctest.h>
#include <openssl/x509.h>

#include "tests/unit/shared/policy/signer.h"

namespace {

using namespace gateway::policy;
using namespace gateway::policy::testing;

std::string written(int (*write)(BIO*, EVP_PKEY*), EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio, key);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

int write_certificate(BIO* bio, EVP_PKEY* key) {
  X509* certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), -3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  const int ok = PEM_write_bio_X509(bio, certificate);
  X509_free(certificate);
  return ok;
}

int write_private(BIO* bio, EVP_PKEY* key) {
  return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
}

int write_explicit(BIO* bio, EVP_PKEY* key) {
  EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, "explicit");
  return PEM_write_bio_PUBKEY(bio, key);
}

}  // namespace

TEST_CASE("public keys and certificates are read from PEM, one after the other") {
  EVP_PKEY* const rsa = new_key("RSA");
  EVP_PKEY* const ec = new_key("EC", "P-384");
  const LoadedKeys loaded =
      load_pem("words before\n" + public_pem(rsa) + "\n# between\n" + public_pem(ec) +
               public_pem(new_key("ED25519")) + written(write_certificate, rsa));
  CHECK(loaded.notes.empty());
  REQUIRE(loaded.keys.size() == 4);
  CHECK(loaded.keys[0]->kind() == KeyKind::rsa);
  CHECK(loaded.keys[1]->kind() == KeyKind::p384);
  CHECK(loaded.keys[2]->kind() == KeyKind::ed25519);
  CHECK(loaded.keys[3]->kind() == KeyKind::rsa);
  CHECK(loaded.keys[3]->fingerprint() == loaded.keys[0]->fingerprint());
  for (const auto& key : loaded.keys) {
    for (const auto hs : {JwsAlgorithm::hs256, JwsAlgorithm::hs384, JwsAlgorithm::hs512}) {
      CHECK_FALSE(key->serves(hs));
    }
  }
}

TEST_CASE("what is no key for a verifier is left out, with the reason") {
  const auto why_not = [](const std::string& pem) {
    const LoadedKeys loaded = load_pem(pem);
    CHECK(loaded.keys.empty());
    return loaded.notes.empty() ? "" : loaded.notes.front();
  };
  EVP_PKEY* const ec = new_key("EC", "P-256");
  CHECK(why_not(written(write_private, ec)).find("private key") != std::string::npos);
  CHECK(why_not(public_pem(new_key("EC", "secp256k1"))).ends_with("P-256, P-384 or P-521"));
  CHECK(why_not(written(write_explicit, ec)).ends_with("P-256, P-384 or P-521"));
  CHECK(why_not(public_pem(new_key("X25519"))).ends_with("are supported"));
  CHECK(why_not(public_pem(new_key("RSA", "1024"))).ends_with("2048 bits"));
  CHECK(why_not("") == "no PEM block in it");
  CHECK(why_not("c2VjcmV0") == "no PEM block in it");
  CHECK(why_not("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n") ==
        "block 1: not a key");
  CHECK(why_not(std::string(kMaxKeyFileSize + 1, 'x')) == "more than 1 MiB of keys");
}

TEST_CASE("the number of blocks is bounded") {
  const std::string one = public_pem(new_key("ED25519"));
  std::string all;
  for (std::size_t i = 0; i < kMaxKeys; ++i) all += one;
  CHECK(load_pem(all).keys.size() == kMaxKeys);
  CHECK(load_pem(all).notes.empty());
  CHECK(load_pem(all + one).keys.size() == kMaxKeys);
  CHECK(load_pem(all + one).notes.size() == 1);
}

TEST_CASE("a secret is taken as it is, and noted when it is short") {
  CHECK(load_secret(std::string(32, 's')).notes.empty());
  const LoadedKeys weak = load_secret(std::string(31, 's'));
  CHECK(weak.keys.size() == 1);
  CHECK(weak.notes.size() == 1);
  CHECK(load_secret("").keys.empty());
  CHECK(load_secret(std::string(kMaxSecretSize, 's')).keys.size() == 1);
  CHECK(load_secret(std::string(kMaxSecretSize + 1, 's')).keys.empty());
}

TEST_CASE("a set has the fingerprint of its keys") {
  const auto a = load_secret("a secret").keys.front();
  const auto b = load_secret("another secret").keys.front();
  CHECK(KeySet({a, b}).fingerprint() ==
        KeySet({load_secret("a secret").keys.front(), b}).fingerprint());
  CHECK(KeySet({a, b}).fingerprint() != KeySet({a}).fingerprint());
  CHECK(KeySet({a}).fingerprint() != KeySet({b}).fingerprint());
  CHECK(KeySet().empty());
}
