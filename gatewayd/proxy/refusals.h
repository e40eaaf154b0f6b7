#pragma once

#include "shared/base/decider.h"

namespace gateway::proxy {

// Why a service gets no request just now: what the client is told, and what explain foretells.
inline Error breaker_is_open() {
  return {Decider::breaker_open, "The service has failed too often and is given a pause."};
}
inline Error no_healthy_instance() {
  return {Decider::no_instance, "The service has no healthy instance."};
}
inline Error all_busy() {
  return {Decider::upstream_busy, "The service has all the requests it may have at once."};
}

}  // namespace gateway::proxy
