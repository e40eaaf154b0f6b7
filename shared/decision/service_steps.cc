#include <cstring>

#include "shared/decision/steps.h"
#include "shared/decision/values.h"

namespace gateway::decision {
namespace {

// Random bits of the request. The last eight bytes of a UUIDv7 are random but for two bits
// (RFC 9562 §5.7); multiplying spreads those over all.
std::uint64_t chance(const Exchange& x) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, x.id.bytes.data() + 8, sizeof(bits));
  return bits * 0x9e3779b97f4a7c15u;
}

}  // namespace

policy::KeySource key_source(const Exchange& x) {
  return {x.client, x.identity != nullptr ? std::string_view(x.identity->user) : "", *x.fields};
}

Next choose_service(const Snapshot&, State&, Exchange& x) {
  const RoutePlan& route = *x.route;
  x.service = route.service;
  if (!route.split.empty()) {
    const bool sticky = route.upstream.sticky.kind != config::RequestKey::Kind::none;
    const std::uint64_t key =
        sticky ? policy::request_key_hash(route.upstream.sticky, key_source(x)) : chance(x);
    x.service = route.split_services[route.split.choose(key)];
  }
  // Of copies the upper half decides, so that a share of the split is not copied as a whole.
  if (route.mirror != kNoService && (chance(x) >> 32) % 100 < route.upstream.mirror->percent) {
    x.mirror = route.mirror;
  }
  return Next::go_on;
}

}  // namespace gateway::decision
