#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "gatewayd/proxy/fleet.h"
#include "shared/decision/keep_trace.h"

namespace gateway::proxy {

// The attempts at one request, for its trace. Inline memory; what passes kMost is only counted. The
// peers must live until the trace is made: the request's view holds them. One thread.
class AttemptLog {
 public:
  using Kind = decision::AttemptNote::Kind;
  static constexpr std::size_t kMost = 8;

  // `now`: when the request began.
  void restart(SteadyTime now) {
    began_ = now;
    count_ = left_out_ = 0;
  }

  // An attempt at `peer`, as which end() and the others know it.
  std::size_t begin(Kind kind, const PeerState& peer, SteadyTime now) {
    if (count_ == kMost) {
      ++left_out_;
      return kMost;
    }
    decision::AttemptNote& note = notes_[count_];
    note = {};
    note.kind = kind;
    note.instance = peer.instance;
    note.address = peer.address;
    note.began_us = since(began_, now);
    return count_++;
  }
  // What begin() would answer now.
  std::size_t next() const { return count_; }
  // It ended with an answer of `status`, decider upstream, or without one.
  void end(std::size_t attempt, Decider decider, std::uint16_t status, SteadyTime now) {
    if (attempt >= count_) return;
    decision::AttemptNote& note = notes_[attempt];
    note.decider = decider;
    note.status = status;
    const std::uint32_t at = since(began_, now);
    note.took_us = at > note.began_us ? at - note.began_us : 0;
  }
  // Another attempt beside it was faster.
  void lose(std::size_t attempt, SteadyTime now) {
    if (attempt >= count_) return;
    end(attempt, Decider::upstream, 0, now);
    notes_[attempt].lost = true;
  }
  // The newest attempt's kept connection was closed already; it goes on over a fresh one.
  void note_stale() {
    if (count_ > 0) notes_[count_ - 1].stale = true;
  }

  std::span<const decision::AttemptNote> notes() const { return {notes_.data(), count_}; }
  std::size_t left_out() const { return left_out_; }

 private:
  static std::uint32_t since(SteadyTime from, SteadyTime to) {
    const auto us = std::chrono::duration_cast<microseconds>(to - from).count();
    return us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(us);
  }

  SteadyTime began_{};
  std::size_t count_ = 0;
  std::size_t left_out_ = 0;
  std::array<decision::AttemptNote, kMost> notes_;
};

}  // namespace gateway::proxy
