#include "gatewayd/control/handlers.h"

#include "gatewayd/control/admission.h"

namespace gateway::control {

Answer handle(Call call, Backend& backend) {
  const Endpoint* endpoint = nullptr;
  if (auto refused = admit({.local = true}, {}, call, endpoint)) return *refused;
  return endpoint->answer(call, backend);
}

}  // namespace gateway::control
