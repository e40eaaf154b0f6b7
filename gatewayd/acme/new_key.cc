#include "gatewayd/acme/new_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace gateway::acme {
namespace {

constexpr long kStandInDays = 30;
constexpr long kDay = 24L * 3600;

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;
using Csr = std::unique_ptr<X509_REQ, Freeing<X509_REQ_free>>;
using Cert = std::unique_ptr<X509, Freeing<X509_free>>;
using Memory = std::unique_ptr<BIO, Freeing<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freeing<X509_EXTENSION_free>>;

void need(bool made) {
  if (!made) throw std::runtime_error("OpenSSL cannot make a certificate's request");
}

Key fresh_key() {
  Key key(EVP_EC_gen("P-256"));
  need(key != nullptr);
  return key;
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(EVP_PKEY* key) {
  const Memory out(BIO_new(BIO_s_mem()));
  need(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(out.get());
}

Extension names_extension(const std::vector<std::string>& names) {
  GENERAL_NAMES* const all = GENERAL_NAMES_new();
  for (const std::string& name : names) {
    GENERAL_NAME* const one = GENERAL_NAME_new();
    ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
    GENERAL_NAME_set0_value(one, GEN_DNS, text);
    sk_GENERAL_NAME_push(all, one);
  }
  Extension made(X509V3_EXT_i2d(NID_subject_alt_name, 0, all));
  GENERAL_NAMES_free(all);
  need(made != nullptr);
  return made;
}

}  // namespace

Request request_for(const std::vector<std::string>& names) {
  const Key key = fresh_key();
  const Csr csr(X509_REQ_new());
  need(csr != nullptr && X509_REQ_set_pubkey(csr.get(), key.get()) == 1);
  const Extension extension = names_extension(names);
  STACK_OF(X509_EXTENSION)* const extensions = sk_X509_EXTENSION_new_null();
  sk_X509_EXTENSION_push(extensions, extension.get());
  const int added = X509_REQ_add_extensions(csr.get(), extensions);
  sk_X509_EXTENSION_free(extensions);
  need(added == 1 && X509_REQ_sign(csr.get(), key.get(), EVP_sha256()) > 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(csr.get(), &der);
  need(size > 0);
  Request made{pem_of(key.get()),
               std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size))};
  OPENSSL_free(der);
  return made;
}

std::string self_signed(const std::vector<std::string>& names, std::int64_t now) {
  const Key key = fresh_key();
  const Cert certificate(X509_new());
  need(certificate != nullptr);
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), now - kDay);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), now + kStandInDays * kDay);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  const auto* const words = reinterpret_cast<const unsigned char*>("gatewayd stand-in");
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, words, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  need(X509_set_pubkey(certificate.get(), key.get()) == 1);
  const Extension extension = names_extension(names);
  need(X509_add_ext(certificate.get(), extension.get(), -1) == 1);
  need(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  const Memory out(BIO_new(BIO_s_mem()));
  need(PEM_write_bio_X509(out.get(), certificate.get()) == 1);
  ERR_clear_error();
  return text_of(out.get()) + pem_of(key.get());
}

}  // namespace gateway::acme
