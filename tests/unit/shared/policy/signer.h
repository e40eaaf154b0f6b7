#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/base64.h"
#include "shared/policy/key_set.h"

// Makes keys and signs with them, as an issuer of tokens does.
namespace gateway::policy::testing {

inline std::string b64(std::string_view bytes) {
  return encode_base64(Base64::url, bytes);
}

// A key pair that lives as long as the test program. One thread.
inline std::vector<EvpKey> made_keys;
inline EVP_PKEY* new_key(const char* type, const char* curve_or_bits = nullptr) {
  EVP_PKEY* key = nullptr;
  const std::string_view name = type;
  if (name == "RSA") {
    const int bits = curve_or_bits == nullptr ? 2048 : std::atoi(curve_or_bits);
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits));
  } else if (name == "EC") {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_or_bits);
  } else {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, type);
  }
  made_keys.emplace_back(key);
  return key;
}

inline std::string public_pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

inline std::string number(EVP_PKEY* key, const char* name, int width = 0) {
  BIGNUM* value = nullptr;
  EVP_PKEY_get_bn_param(key, name, &value);
  std::string bytes(static_cast<std::size_t>(width != 0 ? width : BN_num_bytes(value)), '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  BN_free(value);
  return bytes;
}

inline std::string rsa_jwk(EVP_PKEY* key, const std::string& more = "") {
  return R"({"kty":"RSA","n":")" + b64(number(key, OSSL_PKEY_PARAM_RSA_N)) + R"(","e":")" +
         b64(number(key, OSSL_PKEY_PARAM_RSA_E)) + "\"" + more + "}";
}

inline std::string ec_jwk(EVP_PKEY* key, const std::string& curve, int width,
                          const std::string& more = "") {
  return R"({"kty":"EC","crv":")" + curve + R"(","x":")" +
         b64(number(key, OSSL_PKEY_PARAM_EC_PUB_X, width)) + R"(","y":")" +
         b64(number(key, OSSL_PKEY_PARAM_EC_PUB_Y, width)) + "\"" + more + "}";
}

inline std::string hmac(JwsAlgorithm algorithm, std::string_view secret, std::string_view text) {
  std::string mac(64, '\0');
  std::size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, hash_name(algorithm), nullptr, secret.data(), secret.size(),
            reinterpret_cast<const unsigned char*>(text.data()), text.size(),
            reinterpret_cast<unsigned char*>(mac.data()), mac.size(), &size);
  mac.resize(size);
  return mac;
}

inline std::string raw_pair(std::string_view der, std::size_t width) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string raw(2 * width, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, static_cast<int>(width));
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + width, static_cast<int>(width));
  ECDSA_SIG_free(pair);
  return raw;
}

// As JWS has it: r and s side by side for the ES algorithms.
inline std::string sign(JwsAlgorithm algorithm, EVP_PKEY* key, std::string_view text) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;
  const char* hash = algorithm == JwsAlgorithm::eddsa ? nullptr : hash_name(algorithm);
  EVP_DigestSignInit_ex(context, &options, hash, nullptr, nullptr, key, nullptr);
  if (is_pss(algorithm)) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  signature.resize(size);
  switch (algorithm) {
    case JwsAlgorithm::es256:
      return raw_pair(signature, 32);
    case JwsAlgorithm::es384:
      return raw_pair(signature, 48);
    case JwsAlgorithm::es512:
      return raw_pair(signature, 66);
    default:
      return signature;
  }
}

inline std::string hs_token(std::string_view header, std::string_view claims,
                            std::string_view secret, JwsAlgorithm algorithm = JwsAlgorithm::hs256) {
  const std::string text = b64(header) + "." + b64(claims);
  return text + "." + b64(hmac(algorithm, secret, text));
}

inline std::string pk_token(std::string_view header, std::string_view claims, EVP_PKEY* key,
                            JwsAlgorithm algorithm) {
  const std::string text = b64(header) + "." + b64(claims);
  return text + "." + b64(sign(algorithm, key, text));
}

}  // namespace gateway::policy::testing
