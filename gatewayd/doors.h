#pragma once

#include "gatewayd/proxy/door.h"
#include "shared/config/model.h"

namespace gateway {

// What new connections of each listener of `config` come through.
proxy::Doors make_doors(const config::Config& config);

}  // namespace gateway
