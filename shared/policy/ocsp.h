#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/result.h"
#include "shared/policy/certificate.h"

namespace gateway::policy {

// Longest OCSP answer that is looked at; those in use have one to four KiB.
inline constexpr std::size_t kMaxOcspAnswer = 64 * 1024;

// Until when an answer that says "good" counts, in Unix seconds.
struct OcspTimes {
  std::int64_t this_update = 0;
  std::int64_t next_update = 0;  // 0: it does not say
};

// Reads an OCSP answer in DER (RFC 6960) about `certificate`, whose issuer must stand behind it in
// its chain, and verifies who signed it. The error says why it must not be stapled at `now` (Unix
// seconds): another certificate's, revoked, too old. Pure.
Result<OcspTimes, std::string> read_ocsp(std::string_view answer, const Certificate& certificate,
                                         std::int64_t now);

// The question about `certificate` in DER; empty when its chain lacks the issuer.
std::string ocsp_question(const Certificate& certificate);

// Where the certificate says that it is to be asked (RFC 5280 §4.2.2.1); empty: it does not.
std::string ocsp_url(const Certificate& certificate);

}  // namespace gateway::policy
