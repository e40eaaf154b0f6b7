#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "shared/config/policies.h"
#include "shared/policy/certificate.h"
#include "shared/policy/identity.h"

namespace gateway::policy {

// Longest name that a certificate may give its holder.
inline constexpr std::size_t kMaxCertificateUser = 4096;

// Who a client is by the certificate that its TLS connection showed, and that the listener's
// authority certifies. Const once built.
class MtlsRules {
 public:
  explicit MtlsRules(const config::MtlsAuth& auth);

  struct Verdict {
    std::shared_ptr<const Identity> identity;  // null: the certificate does not count
    const char* detail = "";                   // why not: a sentence for the client
  };
  // `certificate`: verified, and valid at this time.
  Verdict identify(const CertificateFacts& certificate) const;

 private:
  std::string_view user_of(const CertificateFacts& certificate) const;

  config::MtlsAuth::User user_;
  bool lists_clients_;
  std::unordered_map<std::string, config::MtlsClient> clients_;  // by name
};

}  // namespace gateway::policy
