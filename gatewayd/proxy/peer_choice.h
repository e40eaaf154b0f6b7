#pragma once

#include <utility>

#include "gatewayd/net/task.h"
#include "gatewayd/proxy/attempts.h"
#include "gatewayd/proxy/outgoing.h"
#include "gatewayd/proxy/view.h"
#include "shared/base/result.h"

namespace gateway::proxy {

// A place at a peer, taken from its making to its end. Refers to the view of the request.
class Place {
 public:
  Place() = default;
  Place(const ServiceView& service, PeerState& peer) : service_(&service), peer_(&peer) {}
  Place(Place&& other) noexcept
      : service_(other.service_), peer_(std::exchange(other.peer_, nullptr)) {}
  Place& operator=(Place&& other) noexcept {
    Place old(std::move(*this));
    service_ = other.service_;
    peer_ = std::exchange(other.peer_, nullptr);
    return *this;
  }
  ~Place() {
    if (peer_ == nullptr) return;
    peer_->in_flight.fetch_sub(1, std::memory_order_relaxed);
    service_->waiting.wake_first();
  }

 private:
  const ServiceView* service_ = nullptr;
  PeerState* peer_ = nullptr;
};

// Where an attempt goes, with all that is to be given back afterwards.
struct Chosen {
  std::uint32_t index = 0;  // into ServiceView::peers
  Place place;
  policy::BreakerPermit permit;  // of the peer's own breaker
};

// Why no peer can be had at once.
enum class Lack : std::uint8_t { nothing, healthy, free };

// A peer for one more attempt: the balancer's choice among those that are healthy and not busy.
// Fills `chosen` when nothing lacks. `key`: of hashing.
Lack choose_peer(Outgoing& request, const ServiceView& service, const Attempts& attempts,
                 std::uint64_t key, Chosen& chosen);

// The same after choose_peer() found that `lack`: where all are busy the request waits in the
// service's queue, if there is one. Fills `chosen` or returns why there is none.
net::Task<std::optional<Error>> wait_for_peer(Outgoing& request, const ServiceView& service,
                                              const Attempts& attempts, std::uint64_t key,
                                              Lack lack, Chosen& chosen);

// Another peer at once, for a second attempt beside the first.
std::optional<Chosen> choose_other_peer(Outgoing& request, const ServiceView& service,
                                        const Attempts& attempts, std::uint64_t key);

// Random bits of this request, others for each attempt.
std::uint64_t random_of(const Outgoing& request, std::uint32_t attempt);

}  // namespace gateway::proxy
