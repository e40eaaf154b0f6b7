#pragma once

#include <string>
#include <vector>

#include "shared/config/load.h"
#include "shared/policy/certificate.h"
#include "shared/policy/key_set.h"

namespace gateway::decision {

// What the configuration names and does not hold: keys and secrets that stand in files, and those
// that it holds itself, all in one form.
struct KeyFiles {
  // Of a listener's TLS.
  struct ListenerKeys {
    std::vector<policy::Certificate::Pointer> certificates;  // by index of tls.certificates
    std::vector<std::string> staples;                        // the same: OCSP in DER; empty: none
    std::string client_ca;                                   // PEM
  };
  // Of a service's TLS.
  struct ServiceKeys {
    std::string ca;                    // PEM; empty: the system's
    policy::Certificate::Pointer own;  // null: it shows none
  };
  std::vector<policy::VerificationKey::Pointer> jwt_keys;  // of auth.jwt, those of jwks_url aside
  std::string jwt_secret;                                  // of auth.jwt, which signs test tokens
  std::string introspect_secret;                           // of auth.introspect
  std::string jwt_introspect_secret;                       // of auth.jwt.introspect
  std::string acme_ca;                                     // of acme, PEM
  std::vector<ListenerKeys> listeners;                     // by index of config.listeners
  std::vector<ServiceKeys> services;                       // by index of config.services
  std::vector<std::string> tracing_headers;  // values of tracing.headers, in its order
};

// Reads them, blocking. Not part of load(): a config is checked where its secrets are not at hand,
// too. Adds an error to `diagnostics` for what cannot be read or holds no key at all, a warning for
// a key that is weak or left out. A secret's own last line end is not part of it.
KeyFiles load_key_files(const config::Config& config, const config::Environment& environment,
                        config::Diagnostics& diagnostics);

// The same for what load() brought; with an error, loaded.config becomes a draft.
KeyFiles load_keys_of(config::Loaded& loaded, const config::Environment& environment);

}  // namespace gateway::decision
