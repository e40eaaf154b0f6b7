#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gatewayd/acme/renewal.h"
#include "gatewayd/certificates.h"
#include "gatewayd/net/ticket_keys.h"
#include "gatewayd/proxy/door.h"
#include "gatewayd/proxy/fleet.h"
#include "shared/base/result.h"
#include "shared/config/model.h"
#include "shared/decision/key_files.h"

namespace gateway {

// How a config speaks with both sides.
struct DoorsAndKeys {
  proxy::Doors doors;                              // of its listeners
  std::vector<PresentedCertificate> certificates;  // of its listeners
  proxy::TlsClients clients;                       // of its services
};

// The names for which a listener's certificate is got by ACME; empty: none is.
acme::Names acme_names(const config::Listener& listener);

// Makes them for `config`. `keys`: what its files hold. `tickets` must outlive the doors. The error
// names the listener or service and what cannot be used. Nothing changes in `certificates` but
// that it knows the OCSP answers' places; `acme` has the certificates that it got.
Result<DoorsAndKeys, std::string> make_doors(const config::Config& config,
                                             const decision::KeyFiles& keys,
                                             const std::shared_ptr<const net::TicketKeys>& tickets,
                                             Certificates& certificates, acme::Renewal& acme);

}  // namespace gateway
