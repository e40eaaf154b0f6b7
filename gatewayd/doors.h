#pragma once

#include <memory>
#include <string>

#include "gatewayd/net/ticket_keys.h"
#include "gatewayd/proxy/door.h"
#include "shared/base/result.h"
#include "shared/config/model.h"
#include "shared/decision/key_files.h"

namespace gateway {

// What new connections of each listener of `config` come through. `keys`: what its files hold.
// `tickets` must outlive the doors. The error names the listener and what cannot be used.
Result<proxy::Doors, std::string> make_doors(const config::Config& config,
                                             const decision::KeyFiles& keys,
                                             std::shared_ptr<const net::TicketKeys> tickets);

}  // namespace gateway
