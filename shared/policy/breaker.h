#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/uuid.h"
#include "shared/config/upstream.h"
#include "shared/policy/breaker_state.h"
#include "shared/policy/breaker_word.h"
#include "shared/policy/failure_ids.h"
#include "shared/policy/ratio_window.h"
#include "shared/policy/upstream_outcome.h"

namespace gateway::policy {

// What an admitted request holds until its outcome is recorded, which must happen exactly once:
// a probe's place stays taken until then. See Permit, which sees to it.
struct BreakerTicket {
  enum class Kind : std::uint8_t { refused, allowed, probe };
  Kind kind = Kind::refused;
  std::uint32_t generation = 0;

  bool admitted() const { return kind != Kind::refused; }
};

// Gives a failing upstream a pause.
//
//   closed     until `failures` in a row, or `rate` per cent of at least `min_requests` within
//              `window`: then open. The rate is looked at with each failure.
//   open       refuses everything for `open_for`; the first request after that is a probe.
//   half open  lets `probes` at once through. `successes` of them in a row close it; one that fails
//              opens it again.
//
// An outcome counts only in the state in which its request was admitted: what comes in later says
// nothing about the upstream as it is now. One that says nothing about the upstream (the client
// left) never counts, and gives a probe's place back.
//
// Any thread may call anything at any time; nothing locks, and nothing on the request path
// allocates. Every transition is returned by exactly one call. Bounded memory: some 400 bytes.
class Breaker {
 public:
  explicit Breaker(const config::Breaker& config) { adopt(config); }
  // New thresholds. The state, the failures in a row and the end of a pause stay; what the window
  // counted is dropped when its length is another.
  void adopt(const config::Breaker& config);

  struct Admission {
    BreakerTicket ticket;
    std::uint32_t retry_after = 0;  // seconds, rounded up, at least 1; 0: admitted
    BreakerChange change;           // when this request begins the probing
  };
  Admission admit(SteadyTime now);
  // How the request `request` ended, to which `ticket` was given.
  BreakerChange record(BreakerTicket ticket, const UpstreamOutcome& outcome, const Uuid& request,
                       SteadyTime now);

  // By an operator: refuses everything until `until`, then probes; also when it is open already.
  // Both always return a change, even from a state to the same one.
  BreakerChange open(SteadyTime until, SteadyTime now);
  // By an operator: closed, with nothing counted.
  BreakerChange reset(SteadyTime now);

  BreakerView view(SteadyTime now) const;
  // Of the latest failures, oldest first, at most `most` and FailureIds::kMost. Allocates.
  std::vector<Uuid> failed_requests(std::size_t most = FailureIds::kMost) const;

  // Nothing when it is closed. `now` and `unix_now` are the same moment.
  std::optional<BreakerRecord> save(SteadyTime now, UnixMicros unix_now) const;
  // Takes the state up again after a restart: open for what is left of the pause, half open when
  // nothing is. False, and nothing is done, when anything has been recorded before.
  bool restore(const BreakerRecord& record, SteadyTime now, UnixMicros unix_now);

 private:
  BreakerChange record_closed(BreakerWord seen, bool failed, SteadyTime now);
  BreakerChange record_probe(BreakerWord seen, const UpstreamOutcome& outcome, SteadyTime now);
  BreakerReason reason_to_open(std::uint32_t failures, std::uint32_t generation,
                               SteadyTime now) const;
  BreakerWord opened(BreakerWord from, SteadyTime now) const;
  bool move(BreakerWord& seen, BreakerWord next);
  bool transit(BreakerWord& seen, BreakerWord next, SteadyTime now);
  BreakerChange describe(BreakerWord from, BreakerWord to, BreakerReason reason,
                         SteadyTime now) const;
  void note(LastFailure failure);
  LastFailure last_failure() const;

  // What every request reads stands together; what failures and rates write stands apart.
  alignas(64) std::atomic<std::uint64_t> word_ = 0;
  std::atomic<std::uint32_t> failures_ = 0;
  std::atomic<std::uint32_t> successes_ = 0;
  std::atomic<std::uint32_t> probes_ = 0;
  std::atomic<std::uint32_t> rate_ = 0;  // per cent; 0: none
  std::atomic<std::uint32_t> min_requests_ = 0;
  std::atomic<std::uint32_t> open_for_ms_ = 0;
  std::atomic<std::int64_t> since_us_ = 0;       // steady; of the last transition
  std::atomic<std::uint32_t> opened_after_ = 0;  // failures in a row
  std::atomic<std::uint32_t> last_failure_ = 0;  // status << 8 | decider
  alignas(64) RatioWindow window_;
  FailureIds ids_;
};

// Holds an admitted request's ticket, and gives it back as an outcome that says nothing when none
// was recorded, as when the request's coroutine is destroyed. Refers to a breaker that outlives it.
// One thread.
class BreakerPermit {
 public:
  BreakerPermit() = default;
  BreakerPermit(Breaker& breaker, BreakerTicket ticket) : breaker_(&breaker), ticket_(ticket) {}
  BreakerPermit(BreakerPermit&& other) noexcept
      : breaker_(std::exchange(other.breaker_, nullptr)), ticket_(other.ticket_) {}
  BreakerPermit& operator=(BreakerPermit&& other) noexcept {
    BreakerPermit old(std::move(*this));
    breaker_ = std::exchange(other.breaker_, nullptr);
    ticket_ = other.ticket_;
    return *this;
  }
  ~BreakerPermit() {
    if (breaker_ != nullptr) breaker_->record(ticket_, {}, {}, {});
  }

  // The first outcome counts; without a breaker, or after it, none.
  BreakerChange record(const UpstreamOutcome& outcome, const Uuid& request, SteadyTime now) {
    Breaker* breaker = std::exchange(breaker_, nullptr);
    return breaker == nullptr ? BreakerChange{} : breaker->record(ticket_, outcome, request, now);
  }

 private:
  Breaker* breaker_ = nullptr;
  BreakerTicket ticket_;
};

}  // namespace gateway::policy
