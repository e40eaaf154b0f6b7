#pragma once

#include "shared/config/model.h"
#include "shared/config/report.h"

namespace gateway::decision {

// Adds what is wrong with the TLS of listeners and services, their files aside: certificates
// without keys, ciphers that OpenSSL does not know, keys that do nothing together.
void check_tls(const config::Config& config, config::Report& report);

}  // namespace gateway::decision
