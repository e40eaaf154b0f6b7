#include "gatewayd/acme/account_key.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "shared/base/base64.h"

namespace gateway::acme {
namespace {

constexpr int kNumber = 32;  // bytes of a coordinate and of half a signature on P-256

using BioPointer = std::unique_ptr<BIO, decltype(&BIO_free)>;
using BnPointer = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using DigestPointer = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using SignaturePointer = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

std::string padded(const BIGNUM* number) {
  std::string bytes(kNumber, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), kNumber);
  return bytes;
}

std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  const BnPointer owned(number, BN_free);
  return encode_base64(Base64::url, padded(number));
}

// Of the ASN.1 form that OpenSSL makes, the two numbers that JWS wants (RFC 7518 §3.4).
std::string as_numbers(const std::vector<unsigned char>& der) {
  const unsigned char* data = der.data();
  const SignaturePointer signature(d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())),
                                   ECDSA_SIG_free);
  if (signature == nullptr) throw std::runtime_error("an ACME request cannot be signed");
  return padded(ECDSA_SIG_get0_r(signature.get())) + padded(ECDSA_SIG_get0_s(signature.get()));
}

}  // namespace

AccountKey AccountKey::make() {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  if (key == nullptr) throw std::runtime_error("no key can be made for the ACME account");
  return AccountKey(key);
}

std::optional<AccountKey> AccountKey::read(std::string_view pem) {
  const BioPointer in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(
      in.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr);
  ERR_clear_error();
  if (key == nullptr) return std::nullopt;
  AccountKey made(key);
  std::array<char, 32> group{};
  std::size_t size = 0;
  const bool is_p256 = EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
                       std::string_view(group.data(), size) == "prime256v1";
  ERR_clear_error();
  if (!is_p256) return std::nullopt;
  return made;
}

AccountKey::~AccountKey() {
  EVP_PKEY_free(key_);
}

AccountKey::AccountKey(AccountKey&& other) noexcept : key_(std::exchange(other.key_, nullptr)) {}

std::string AccountKey::pem() const {
  const BioPointer out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(out.get(), key_, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string AccountKey::jwk() const {
  return fmt::format(R"({{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}})",
                     coordinate(key_, OSSL_PKEY_PARAM_EC_PUB_X),
                     coordinate(key_, OSSL_PKEY_PARAM_EC_PUB_Y));
}

std::string AccountKey::thumbprint() const {
  const std::string text = jwk();
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr);
  return encode_base64(Base64::url, {reinterpret_cast<const char*>(hash.data()), size});
}

std::string AccountKey::sign(std::string_view header, std::string_view payload) const {
  const std::string protected_part = encode_base64(Base64::url, header);
  const std::string payload_part = encode_base64(Base64::url, payload);
  const std::string text = protected_part + "." + payload_part;
  const DigestPointer context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::size_t size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  bool made = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1;
  std::vector<unsigned char> der(size);
  made = made && EVP_DigestSign(context.get(), der.data(), &size, data, text.size()) == 1;
  if (!made) throw std::runtime_error("an ACME request cannot be signed");
  der.resize(size);
  return fmt::format(R"({{"protected":"{}","payload":"{}","signature":"{}"}})", protected_part,
                     payload_part, encode_base64(Base64::url, as_numbers(der)));
}

}  // namespace gateway::acme
