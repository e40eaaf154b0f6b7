#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"

typedef struct x509_st X509;  // OpenSSL's own names
typedef struct evp_pkey_st EVP_PKEY;

namespace gateway::policy {

struct FreeX509 {
  void operator()(X509* certificate) const;
};
using X509Pointer = std::unique_ptr<X509, FreeX509>;

// All certificates of a PEM text, in its order; empty when there is none or one is broken. Blocks
// that are no certificates are passed over.
std::vector<X509Pointer> read_certificates(std::string_view pem);

// What a certificate says of its holder.
struct CertificateFacts {
  std::string subject;              // RFC 2253 form: "CN=api.example.com,O=Example"
  std::string issuer;               // the same
  std::string common_name;          // the last CN; empty: none
  std::vector<std::string> names;   // DNS names and IP addresses, lower case, no trailing dot
  std::vector<std::string> uris;    // of the subject's alternative names
  std::vector<std::string> emails;  // the same
  std::string serial;               // hexadecimal
  std::string sha256;               // of the certificate, lower case hexadecimal
  std::int64_t not_before = 0;      // Unix seconds
  std::int64_t not_after = 0;
};
CertificateFacts facts_of(const X509* certificate);

// A certificate that ends within this time is warned about.
inline constexpr std::int64_t kExpiryWarning = std::int64_t{14} * 24 * 3600;  // seconds
// "ends on 2027-01-31, in 9 days", "has ended on …", "is valid from …"; empty: all is well at `now`
// (Unix seconds).
std::string time_warning(const CertificateFacts& facts, std::int64_t now);

// Why a certificate and its key cannot be used, and which of the two is at fault.
struct CertificateFault {
  enum class Of : std::uint8_t { certificate, key, pair };
  Of of = Of::certificate;
  std::string reason;  // "holds no certificate in PEM"
};

// A certificate with its chain and private key: how TLS presents this side. Immutable, shared by
// all workers.
class Certificate {
 public:
  using Pointer = std::shared_ptr<const Certificate>;

  // `chain`: the certificate, then those that lead to an authority, in PEM. `key`: a private key in
  // PEM that no password protects.
  static Result<Pointer, CertificateFault> load(std::string_view chain, std::string_view key);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  const CertificateFacts& facts() const { return facts_; }
  X509* leaf() const { return chain_.front().get(); }
  const std::vector<X509Pointer>& chain() const { return chain_; }  // leaf first
  EVP_PKEY* key() const { return key_; }

 private:
  Certificate(std::vector<X509Pointer> chain, EVP_PKEY* key);

  std::vector<X509Pointer> chain_;
  EVP_PKEY* key_;
  CertificateFacts facts_;
};

}  // namespace gateway::policy
