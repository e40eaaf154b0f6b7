#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "gatewayd/journal/ring.h"
#include "shared/base/decider.h"
#include "shared/decision/keep_trace.h"
#include "shared/policy/trace_context.h"

namespace gateway::tracing {

// One request of a sampled trace as a worker reports it: its own span and one for each attempt at a
// service. The views need to live only for the call that takes it. No query and no field but
// User-Agent: no secret may stand in it.
struct RequestSpan {
  policy::TraceStart start;
  Uuid request_id;
  UnixMicros time = 0;  // when the head's first byte was there
  std::uint32_t total_us = 0;
  std::uint16_t status = 0;  // 0: nothing was answered
  Decider decider = Decider::upstream;
  std::uint8_t minor = 1;  // HTTP/1.minor
  bool secure = false;
  std::string_view method;
  std::string_view host;
  std::string_view path;       // as the client sent it, without the query
  std::string_view sent_path;  // as the service was asked for, without the query
  std::string_view client;     // address as text
  std::string_view user_agent;
  std::string_view route;    // its name; empty: none
  std::string_view pattern;  // its path
  std::string_view service;  // empty: none was asked
  std::span<const decision::AttemptNote> attempts;

  std::size_t spans() const { return 1 + attempts.size(); }
};

inline constexpr std::size_t kMaxText = 1024;   // bytes of a text; beyond, it is cut off
inline constexpr std::size_t kMaxAttempts = 8;  // of a request; later ones are left out

// Writes it to the ring unless more than all of the ring would then be in use.
bool write_span(journal::Ring& ring, const RequestSpan& request);

// The request in a frame from Ring::next; its views point into the frame and into `attempts`.
RequestSpan read_span(const std::byte* frame,
                      std::array<decision::AttemptNote, kMaxAttempts>& attempts);

}  // namespace gateway::tracing
