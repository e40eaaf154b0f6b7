#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/clock.h"
#include "shared/base/decider.h"
#include "shared/base/uuid.h"
#include "shared/store/security_row.h"

namespace gateway::journal {

// Stands for a route, service or instance name in rows; 0: none. See Journal::intern.
using NameId = std::uint32_t;

// One request as a worker reports it. The views need to live only for the call that takes it.
struct RequestRecord {
  Uuid id;
  UnixMicros time = 0;  // when the head's first byte was there
  std::string_view method;
  std::string_view host;
  std::string_view path;    // as the client sent it, without the query
  std::string_view query;   // without "?"; masked before it is stored
  std::string_view client;  // address as text
  std::string_view user;    // empty: not known
  NameId route = 0;
  NameId service = 0;
  NameId instance = 0;
  std::uint16_t status = 0;
  Decider decider = Decider::upstream;
  std::uint8_t retries = 0;
  std::uint32_t revision = 0;
  std::uint64_t bytes_in = 0;   // of the request body
  std::uint64_t bytes_out = 0;  // of the answer's body
  std::uint32_t total_us =
      0;  // first byte of the head to last byte of the answer handed to the kernel
  std::uint32_t upstream_us = 0;  // request handed to the upstream to the head of its answer
};

// A refusal, or what would have been one, as a worker reports it beside the request's record. The
// views need to live only for the call that takes it. Nothing here is masked again: no secret may
// stand in it.
struct SecurityEvent {
  Uuid id;              // of the request
  UnixMicros time = 0;  // when it was decided
  Decider kind = Decider::internal;
  store::SecurityAction action = store::SecurityAction::blocked;
  std::string_view rule;    // the id of a threat rule, the name of a limit, "jwt: expired"
  std::string_view client;  // address as text
  std::string_view user;    // empty: not known
  std::string_view method;
  std::string_view host;
  std::string_view path;  // as the client sent it, without the query
  NameId route = 0;
  std::string_view detail;  // a short masked excerpt
};

// What was decided about a request, beside its record. The view needs to live only for the call
// that takes it. No secret may stand in it.
struct TraceRecord {
  Uuid id;
  UnixMicros time = 0;  // start of the request
  Decider decider = Decider::upstream;
  std::string_view bytes;  // see decision::keep_trace
};

}  // namespace gateway::journal
