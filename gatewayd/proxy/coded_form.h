#pragma once

#include <memory>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/connection.h"
#include "gatewayd/proxy/context.h"

namespace gateway::proxy {

// The kept content in the coding that exchange.compress says: as it was made for an earlier client,
// or made now and kept beside the content if there is room. Null: it cannot be made just now, and
// exchange.compress says no coding any more.
net::Task<std::shared_ptr<const policy::CacheBody::Coded>> coded_form(
    ClientConnection& client, const decision::Snapshot& snapshot, const policy::CacheBody& body,
    decision::Exchange& x);

}  // namespace gateway::proxy
