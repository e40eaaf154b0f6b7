#include "shared/policy/key_set.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstring>
#include <utility>

namespace gateway::policy {
namespace {

// One block of a PEM text.
struct Block {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;

  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  bool read(BIO* text) { return PEM_read_bio(text, &name, &header, &data, &size) == 1; }
};

EvpKey read_certificate(const unsigned char* at, long size) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(d2i_X509(nullptr, &at, size),
                                                                X509_free);
  return EvpKey(certificate == nullptr ? nullptr : X509_get_pubkey(certificate.get()));
}

VerificationKey::Pointer key_of(const Block& block, const char*& why) {
  const std::string_view name = block.name;
  const unsigned char* at = block.data;
  EvpKey key;
  if (name == "PUBLIC KEY") {
    key.reset(d2i_PUBKEY(nullptr, &at, block.size));
  } else if (name == "RSA PUBLIC KEY") {
    key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, block.size));
  } else if (name == "CERTIFICATE") {
    key = read_certificate(at, block.size);
  } else if (name.find("PRIVATE KEY") != std::string_view::npos) {
    why = "a private key, which a verifier must not have; give its public key";
    return nullptr;
  } else {
    why = "neither a public key nor a certificate";
    return nullptr;
  }
  return VerificationKey::from_public(std::move(key), {}, why);
}

}  // namespace

LoadedKeys load_secret(std::string_view secret) {
  LoadedKeys loaded;
  const char* why = nullptr;
  auto key = VerificationKey::from_secret(secret, {}, why);
  if (key == nullptr) {
    loaded.notes.emplace_back(why);
    return loaded;
  }
  if (key->is_short(JwsAlgorithm::hs256)) {
    loaded.notes.push_back(
        fmt::format("the secret has {} bytes; RFC 7518 asks for 32 or more, and a short one can be "
                    "found from a single token",
                    secret.size()));
  }
  loaded.keys.push_back(std::move(key));
  return loaded;
}

LoadedKeys load_pem(std::string_view text) {
  LoadedKeys loaded;
  if (text.size() > kMaxKeyFileSize) {
    loaded.notes.emplace_back("more than 1 MiB of keys");
    return loaded;
  }
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  std::size_t number = 0;
  for (;;) {
    Block block;
    if (bio == nullptr || !block.read(bio.get())) break;
    if (++number > kMaxKeys) {
      loaded.notes.push_back(fmt::format("more than {} blocks; the rest is left out", kMaxKeys));
      break;
    }
    const char* why = nullptr;
    if (auto key = key_of(block, why)) {
      loaded.keys.push_back(std::move(key));
    } else {
      loaded.notes.push_back(fmt::format("block {}: {}", number, why));
    }
  }
  ERR_clear_error();
  if (number == 0) loaded.notes.emplace_back("no PEM block in it");
  return loaded;
}

KeySet::KeySet(std::vector<VerificationKey::Pointer> keys) : keys_(std::move(keys)) {
  std::string all;
  for (const auto& key : keys_) {
    all.append(reinterpret_cast<const char*>(key->fingerprint().data()), sizeof(Sha256));
  }
  const Sha256 digest = sha256({all});
  std::memcpy(&fingerprint_, digest.data(), sizeof(fingerprint_));
}

}  // namespace gateway::policy
