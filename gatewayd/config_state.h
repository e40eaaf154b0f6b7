#pragma once

#include <memory>
#include <string>

#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/journal/journal.h"
#include "gatewayd/proxy/key_source.h"
#include "gatewayd/proxy/view.h"
#include "gatewayd/tracing/exporter.h"
#include "shared/decision/snapshot.h"

namespace gateway {

// The configuration that serves, and how it came to.
struct Applied {
  std::shared_ptr<const decision::Snapshot> snapshot;
  std::shared_ptr<const proxy::Addresses> addresses;
  std::shared_ptr<const proxy::TlsClients> tls_clients;
  std::shared_ptr<const proxy::FleetView> fleet;
  std::shared_ptr<proxy::KeySource> keys;  // null: the config has no auth.jwt
  tracing::Settings tracing;
  std::string sha256;  // of all its files' texts, in hex
  UnixMicros at = 0;
  std::string by;  // "start", "SIGHUP", or the user who asked for it
};

// Makes `config` ready to serve: compiled with the keys that its files hold, its names known to the
// journal, numbered, its hosts at `addresses`, its services spoken to as `tls_clients` say. The
// number is written when Journal::wait_revision() says so. Never on a worker's thread. `previous`:
// what serves now, or null.
Applied prepare(config::Config config, decision::KeyFiles files, proxy::Addresses addresses,
                proxy::TlsClients tls_clients, proxy::Fleet& fleet, journal::Journal* request_log,
                const std::string& by, const Applied* previous, journal::DaemonLog& log);

// Of all texts of a config, in hex: equal exactly when they are.
std::string digest(const std::vector<config::SourceFile>& files);

}  // namespace gateway
