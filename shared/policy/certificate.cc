#include "shared/policy/certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "shared/base/ascii.h"
#include "shared/base/ip.h"
#include "shared/base/timestamp.h"

namespace gateway::policy {
namespace {

// A key of fewer bits can be factored; no public authority certifies one (CA/B BR 6.1.5).
constexpr int kMinRsaBits = 2048;
// Chains that are in use have two to four; a file of authorities taken for a chain has hundreds.
constexpr std::size_t kMaxChain = 16;

using BioPointer = std::unique_ptr<BIO, decltype(&BIO_free)>;

BioPointer memory_of(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

// There is nobody to ask for one.
int no_password(char*, int, int, void*) {
  return -1;
}

std::string text_of(const X509_NAME* name) {
  const BioPointer out(BIO_new(BIO_s_mem()), BIO_free);
  // RFC 2253, with letters beyond ASCII as they are.
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string text_of(const ASN1_STRING* value) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  // A NUL would end the name early for whoever reads it as a C string.
  return text.find('\0') == std::string::npos ? text : std::string();
}

std::string dns_name(std::string text) {
  for (char& c : text) c = ascii_lower(c);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string ip_text(const ASN1_OCTET_STRING* address) {
  const unsigned char* const data = ASN1_STRING_get0_data(address);
  const int size = ASN1_STRING_length(address);
  if (size == 4) return fmt::format("{}.{}.{}.{}", data[0], data[1], data[2], data[3]);
  if (size != 16) return {};
  IpAddress ip;
  std::copy(data, data + 16, ip.bytes.begin());
  return to_string(ip);
}

std::int64_t unix_seconds(const ASN1_TIME* time) {
  tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

void read_names(const X509* certificate, CertificateFacts& facts) {
  auto* const names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names, i);
    std::string text;
    switch (name->type) {
      case GEN_DNS:
        text = dns_name(text_of(name->d.dNSName));
        if (!text.empty()) facts.names.push_back(std::move(text));
        break;
      case GEN_IPADD:
        text = ip_text(name->d.iPAddress);
        if (!text.empty()) facts.names.push_back(std::move(text));
        break;
      case GEN_URI:
        text = text_of(name->d.uniformResourceIdentifier);
        if (!text.empty()) facts.uris.push_back(std::move(text));
        break;
      case GEN_EMAIL:
        text = text_of(name->d.rfc822Name);
        if (!text.empty()) facts.emails.push_back(std::move(text));
        break;
      default:
        break;
    }
  }
  GENERAL_NAMES_free(names);
}

bool is_encrypted(std::string_view pem) {
  return pem.find("BEGIN ENCRYPTED PRIVATE KEY") != std::string_view::npos ||
         pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
}

CertificateFault fault(CertificateFault::Of of, std::string reason) {
  return {of, std::move(reason)};
}

}  // namespace

void FreeX509::operator()(X509* certificate) const {
  X509_free(certificate);
}

std::vector<X509Pointer> read_certificates(std::string_view pem) {
  std::vector<X509Pointer> all;
  const BioPointer in = memory_of(pem);
  ERR_clear_error();
  while (X509* const one = PEM_read_bio_X509(in.get(), nullptr, no_password, nullptr)) {
    all.emplace_back(one);
  }
  // That nothing more begins is the proper end.
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!whole) all.clear();
  return all;
}

CertificateFacts facts_of(const X509* certificate) {
  CertificateFacts facts;
  facts.subject = text_of(X509_get_subject_name(certificate));
  facts.issuer = text_of(X509_get_issuer_name(certificate));
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
    facts.common_name = text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  }
  read_names(certificate, facts);
  if (BIGNUM* const number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr)) {
    char* const hex = BN_bn2hex(number);
    facts.serial = hex;
    OPENSSL_free(hex);
    BN_free(number);
  }
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), hash, &size);
  for (unsigned i = 0; i < size; ++i) facts.sha256.append(fmt::format("{:02x}", hash[i]));
  facts.not_before = unix_seconds(X509_get0_notBefore(certificate));
  facts.not_after = unix_seconds(X509_get0_notAfter(certificate));
  ERR_clear_error();
  return facts;
}

std::string time_warning(const CertificateFacts& facts, std::int64_t now) {
  const auto day = [](std::int64_t time) { return format_rfc3339(time * 1'000'000).substr(0, 10); };
  if (now < facts.not_before) return fmt::format("is valid from {} on", day(facts.not_before));
  if (now >= facts.not_after) return fmt::format("has ended on {}", day(facts.not_after));
  const std::int64_t left = facts.not_after - now;
  if (left > kExpiryWarning) return {};
  return fmt::format("ends on {}, in {} days", day(facts.not_after), left / (24 * 3600));
}

Certificate::Certificate(std::vector<X509Pointer> chain, EVP_PKEY* key)
    : chain_(std::move(chain)), key_(key), facts_(facts_of(chain_.front().get())) {}

Certificate::~Certificate() {
  EVP_PKEY_free(key_);
}

Result<Certificate::Pointer, CertificateFault> Certificate::load(std::string_view chain,
                                                                 std::string_view key) {
  using Of = CertificateFault::Of;
  std::vector<X509Pointer> certificates = read_certificates(chain);
  if (certificates.empty()) return fault(Of::certificate, "holds no certificate in PEM");
  if (certificates.size() > kMaxChain) {
    return fault(Of::certificate, fmt::format("holds {} certificates; a chain has at most {}",
                                              certificates.size(), kMaxChain));
  }
  if (is_encrypted(key)) return fault(Of::key, "is protected by a password");
  const BioPointer in = memory_of(key);
  ERR_clear_error();
  EVP_PKEY* const parsed = PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr);
  ERR_clear_error();
  if (parsed == nullptr) return fault(Of::key, "holds no private key in PEM");
  const Pointer made(new Certificate(std::move(certificates), parsed));
  if (EVP_PKEY_get_base_id(parsed) == EVP_PKEY_RSA && EVP_PKEY_get_bits(parsed) < kMinRsaBits) {
    return fault(Of::key, fmt::format("is an RSA key of {} bits; at least {} are needed",
                                      EVP_PKEY_get_bits(parsed), kMinRsaBits));
  }
  if (X509_check_private_key(made->leaf(), parsed) != 1) {
    const bool kinds =
        EVP_PKEY_get_base_id(X509_get0_pubkey(made->leaf())) != EVP_PKEY_get_base_id(parsed);
    ERR_clear_error();
    return fault(Of::pair, kinds ? "the key is of another kind than the certificate's"
                                 : "the key is not the certificate's");
  }
  for (std::size_t i = 1; i < made->chain_.size(); ++i) {
    if (X509_check_issued(made->chain_[i].get(), made->chain_[i - 1].get()) == X509_V_OK) continue;
    ERR_clear_error();
    return fault(Of::certificate,
                 fmt::format("certificate {} of the chain did not issue the one before it", i + 1));
  }
  return made;
}

}  // namespace gateway::policy
