#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/net/offload.h"
#include "gatewayd/net/staple.h"
#include "shared/base/clock.h"
#include "shared/control/messages.h"
#include "shared/policy/certificate.h"

namespace gateway {

// A certificate that a listener presents.
struct PresentedCertificate {
  std::string listener;
  policy::Certificate::Pointer certificate;
  std::shared_ptr<net::Staple> staple;  // never null
  bool fetches = false;                 // its OCSP answer is fetched
  bool is_stand_in = false;             // until the one that ACME brings
};

// What becomes of the certificates that serve: their OCSP answers are fetched off the request path
// and kept over reloads, and their ends are told of in time. Owned by the daemon; any thread.
class Certificates {
 public:
  explicit Certificates(journal::DaemonLog& log) : log_(log) {}

  // Where the OCSP answer of this certificate stands, also after a reload.
  std::shared_ptr<net::Staple> staple_of(const policy::Certificate& certificate);
  // From now on these serve.
  void adopt(std::vector<PresentedCertificate> presented);

  // Fetches on `pool` what is due, and warns once a day of what ends soon.
  void tick(net::Offload& pool, SteadyTime now, std::int64_t unix_now);

  std::vector<control::CertificateState> states() const;

 private:
  struct Due {
    SteadyTime at{};
    bool fetching = false;
  };

  void warn_of_ends(std::int64_t unix_now);
  void fetch(const PresentedCertificate& of, std::stop_token stop);

  journal::DaemonLog& log_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<PresentedCertificate> presented_;
  std::map<std::string, std::weak_ptr<net::Staple>> staples_;  // by the certificate's SHA-256
  std::map<std::string, Due> due_;                             // the same
  std::int64_t warned_at_ = 0;
};

}  // namespace gateway
