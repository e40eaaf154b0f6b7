#include "gatewayd/doors.h"

namespace gateway {

proxy::Doors make_doors(const config::Config& config) {
  proxy::Doors doors;
  for (const config::Listener& listener : config.listeners) {
    doors[listener.name] = std::make_shared<proxy::Door>(proxy::Door{listener.http2});
  }
  return doors;
}

}  // namespace gateway
