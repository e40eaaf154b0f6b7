#include "shared/policy/verification_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstring>

namespace gateway::policy {
namespace {

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

JwsAlgorithm first_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::secret:
      return JwsAlgorithm::hs256;
    case KeyKind::rsa:
      return JwsAlgorithm::rs256;
    case KeyKind::p256:
      return JwsAlgorithm::es256;
    case KeyKind::p384:
      return JwsAlgorithm::es384;
    case KeyKind::p521:
      return JwsAlgorithm::es512;
    case KeyKind::ed25519:
      break;
  }
  return JwsAlgorithm::eddsa;
}

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

Number number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return {number, BN_free};
}

// A modulus of few bits can be factored; one of very many, or an exponent that is, makes each
// verification slow; an even exponent or 1 is no exponent at all.
const char* rsa_fault(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kMinRsaBits) return "an RSA key has at least 2048 bits";
  if (bits > kMaxRsaBits) return "an RSA key has at most 8192 bits";
  const Number exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  if (exponent == nullptr || BN_num_bits(exponent.get()) > 64 || BN_is_odd(exponent.get()) == 0 ||
      BN_is_one(exponent.get()) == 1) {
    return "the exponent of an RSA key is an odd number from 3 to 64 bits";
  }
  return nullptr;
}

// A curve that is told by its parameters instead of its name can be a weak one that looks alike.
std::optional<KeyKind> curve_of(const EVP_PKEY* key) {
  int by_parameters = 0;
  EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &by_parameters);
  char name[32];
  std::size_t size = 0;
  if (by_parameters != 0 || EVP_PKEY_get_group_name(key, name, sizeof(name), &size) != 1) return {};
  const std::string_view curve(name, size);
  if (curve == "prime256v1" || curve == "P-256") return KeyKind::p256;
  if (curve == "secp384r1" || curve == "P-384") return KeyKind::p384;
  if (curve == "secp521r1" || curve == "P-521") return KeyKind::p521;
  return {};
}

const char* kind_of_public(EVP_PKEY* key, KeyKind& kind) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      kind = KeyKind::rsa;
      return rsa_fault(key);
    case EVP_PKEY_ED25519:
      kind = KeyKind::ed25519;
      return nullptr;
    case EVP_PKEY_EC: {
      const auto curve = curve_of(key);
      if (!curve) return "an EC key is on the named curve P-256, P-384 or P-521";
      kind = *curve;
      const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
          EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), EVP_PKEY_CTX_free);
      const bool sound = context != nullptr && EVP_PKEY_public_check(context.get()) == 1;
      return sound ? nullptr : "the point of an EC key is not on its curve";
    }
    default:
      return "only RSA, EC and Ed25519 keys are supported";
  }
}

std::string order_of(const EVP_PKEY* key, KeyKind kind) {
  if (kind != KeyKind::p256 && kind != KeyKind::p384 && kind != KeyKind::p521) return {};
  const Number order = number_of(key, OSSL_PKEY_PARAM_EC_ORDER);
  std::string text(order == nullptr ? 0 : static_cast<std::size_t>(BN_num_bytes(order.get())),
                   '\0');
  if (order != nullptr) BN_bn2bin(order.get(), reinterpret_cast<unsigned char*>(text.data()));
  return text;
}

Sha256 fingerprint_of(std::string_view material, KeyKind kind,
                      const VerificationKey::Label& label) {
  const char tag[2] = {static_cast<char>(kind),
                       static_cast<char>(label.only ? static_cast<int>(*label.only) + 1 : 0)};
  const Sha256 inner = sha256({material});
  return sha256({{tag, sizeof(tag)}, label.kid, {reinterpret_cast<const char*>(inner.data()), 32}});
}

}  // namespace

void OpensslFree::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}
void OpensslFree::operator()(EVP_MD_CTX* context) const {
  EVP_MD_CTX_free(context);
}
void OpensslFree::operator()(EVP_MAC_CTX* context) const {
  EVP_MAC_CTX_free(context);
}

std::size_t VerificationKey::slot_of(JwsAlgorithm algorithm) const {
  return static_cast<std::size_t>(algorithm) - static_cast<std::size_t>(first_of(kind_));
}

VerificationKey::Pointer VerificationKey::from_public(EvpKey key, Label label, const char*& why) {
  std::shared_ptr<VerificationKey> made(new VerificationKey);
  why = key == nullptr ? "not a key" : kind_of_public(key.get(), made->kind_);
  if (why != nullptr) return ERR_clear_error(), nullptr;
  made->key_ = std::move(key);
  made->label_ = std::move(label);
  if (made->label_.only && kind_of(*made->label_.only) != made->kind_) {
    why = "its alg is for another kind of key";
  } else if (!made->prepare_public()) {
    why = "OpenSSL cannot use it";
  }
  ERR_clear_error();
  return why == nullptr ? made : nullptr;
}

VerificationKey::Pointer VerificationKey::from_secret(std::string_view secret, Label label,
                                                      const char*& why) {
  why = nullptr;
  if (secret.empty()) why = "a secret has at least one byte";
  if (secret.size() > kMaxSecretSize) why = "a secret has at most 4096 bytes";
  if (label.only && kind_of(*label.only) != KeyKind::secret) {
    why = "its alg is for another kind of key";
  }
  if (why != nullptr) return nullptr;
  std::shared_ptr<VerificationKey> made(new VerificationKey);
  made->label_ = std::move(label);
  if (!made->prepare_secret(secret)) why = "OpenSSL cannot use it";
  ERR_clear_error();
  return why == nullptr ? made : nullptr;
}

bool VerificationKey::prepare_secret(std::string_view secret) {
  secret_size_ = secret.size();
  fingerprint_ = fingerprint_of(secret, kind_, label_);
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(
      EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
  if (hmac == nullptr) return false;
  for (const auto algorithm : {JwsAlgorithm::hs256, JwsAlgorithm::hs384, JwsAlgorithm::hs512}) {
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                         const_cast<char*>(hash_name(algorithm)), 0),
        OSSL_PARAM_construct_end()};
    auto& context = macs_[slot_of(algorithm)];
    context.reset(EVP_MAC_CTX_new(hmac.get()));
    if (context == nullptr ||
        EVP_MAC_init(context.get(), bytes(secret), secret.size(), parameters) != 1) {
      return false;
    }
  }
  return true;
}

bool VerificationKey::prepare_public() {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  if (size <= 0) return false;
  fingerprint_ = fingerprint_of(
      {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)}, kind_, label_);
  OPENSSL_free(der);
  order_ = order_of(key_.get(), kind_);
  for (std::size_t i = 0; i < kJwsAlgorithms; ++i) {
    const auto algorithm = static_cast<JwsAlgorithm>(i);
    if (!serves(algorithm)) continue;
    auto& context = prepared_[slot_of(algorithm)];
    context.reset(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;  // owned by `context`
    const char* hash = kind_ == KeyKind::ed25519 ? nullptr : hash_name(algorithm);
    if (context == nullptr || EVP_DigestVerifyInit_ex(context.get(), &options, hash, nullptr,
                                                      nullptr, key_.get(), nullptr) != 1) {
      return false;
    }
    // The salt is as long as the hash, and MGF1 takes the same hash (RFC 7518 §3.5).
    if (is_pss(algorithm) &&
        (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1)) {
      return false;
    }
  }
  return true;
}

bool VerificationKey::verify(JwsAlgorithm algorithm, std::string_view signed_text,
                             std::string_view signature) const {
  if (!serves(algorithm)) return false;
  const std::size_t slot = slot_of(algorithm);
  bool good = false;
  if (kind_ == KeyKind::secret) {
    good = verify_secret(slot, signed_text, signature);
  } else if (order_.empty()) {
    good = verify_public(slot, signed_text, signature);
  } else if (const std::string der = ecdsa_der(signature); !der.empty()) {
    good = verify_public(slot, signed_text, der);
  }
  if (!good) ERR_clear_error();
  return good;
}

bool VerificationKey::verify_secret(std::size_t slot, std::string_view text,
                                    std::string_view mac) const {
  const std::unique_ptr<EVP_MAC_CTX, OpensslFree> context(EVP_MAC_CTX_dup(macs_[slot].get()));
  unsigned char expected[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  return context != nullptr && EVP_MAC_update(context.get(), bytes(text), text.size()) == 1 &&
         EVP_MAC_final(context.get(), expected, &size, sizeof(expected)) == 1 &&
         size == mac.size() && CRYPTO_memcmp(expected, mac.data(), size) == 0;
}

bool VerificationKey::verify_public(std::size_t slot, std::string_view text,
                                    std::string_view signature) const {
  // A copy of the prepared context spares the look-ups that its making costs.
  const std::unique_ptr<EVP_MD_CTX, OpensslFree> context(EVP_MD_CTX_new());
  return context != nullptr && EVP_MD_CTX_copy_ex(context.get(), prepared_[slot].get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text),
                          text.size()) == 1;
}

// JWS has r and s side by side, each as wide as the curve's order (RFC 7518 §3.4); OpenSSL reads
// DER. Empty when the width is another, or when one of them is 0 or not below the order: such a
// pair verified anything in libraries that did not look.
std::string VerificationKey::ecdsa_der(std::string_view raw) const {
  const std::size_t width = order_.size();
  if (raw.size() != 2 * width) return {};
  const std::string zero(width, '\0');
  for (const std::string_view part : {raw.substr(0, width), raw.substr(width)}) {
    if (part == zero || part >= std::string_view(order_)) return {};
  }
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(bytes(raw), static_cast<int>(width), nullptr);
  BIGNUM* s = BN_bin2bn(bytes(raw) + width, static_cast<int>(width), nullptr);
  if (pair == nullptr || r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  std::string text;
  if (size > 0) text.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

}  // namespace gateway::policy
