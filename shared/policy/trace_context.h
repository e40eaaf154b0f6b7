#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/base/fields.h"
#include "shared/base/uuid.h"
#include "shared/config/model.h"

namespace gateway::policy {

// 128 bits that all spans of a trace have in common. Of a trace that begins here, the id of its
// first request: UUIDv7 has more random bits than a trace asks for.
using TraceId = Uuid;
// 64 bits, unique within their trace; 0: none.
using SpanId = std::uint64_t;

// What a traceparent field says (W3C Trace Context §3.2).
struct TraceParent {
  TraceId trace;
  SpanId parent = 0;
  bool sampled = false;
  bool operator==(const TraceParent&) const = default;
};

// Strict: two lower-case hex digits for each byte, neither id all zero; of a version that is not
// known yet, what this one knows of it.
std::optional<TraceParent> parse_traceparent(std::string_view value);

inline constexpr std::size_t kMaxTraceStateMembers = 32;

// Whether all `tracestate` fields of a request together are a valid list (§3.3.1): at most
// kMaxTraceStateMembers of them, no key twice. True when there is none.
bool is_tracestate(const Fields& fields);

// What traces follow, from a [tracing] that has an endpoint.
struct TraceRules {
  config::TakeParent take_parent = config::TakeParent::anyone;
  std::uint32_t sample_one_in = 0;
};

// What one request is to its trace.
struct TraceStart {
  bool traced = false;     // false: requests are not traced, and nothing below is said
  bool sampled = false;    // its spans are kept
  bool has_state = false;  // the client's tracestate is passed on
  TraceId trace;
  SpanId parent = 0;  // the caller's span; 0: the trace begins here
  SpanId span = 0;    // of the request itself
};

// Takes over the trace that the request came with, if `rules` and the field allow it, or begins one
// with the id `fresh`, which must be a new UUIDv7. A parent decides whether the trace is sampled;
// of those that begin here, one in sample_one_in is.
TraceStart start_trace(const TraceRules& rules, const Fields& fields, bool peer_trusted,
                       const Uuid& fresh);

// The span of the attempt of this number, from 0, at the request of `span`.
SpanId attempt_span(SpanId span, std::size_t number);

inline constexpr std::size_t kTraceParentSize = 55;
inline constexpr std::size_t kSpanIdOffset = 36;  // within a traceparent
inline constexpr std::size_t kSpanIdSize = 16;

// The traceparent that says `span` of `start` is what a request to an upstream comes from.
std::array<char, kTraceParentSize> traceparent(const TraceStart& start, SpanId span);
// Sixteen hex digits.
void format_span_id(SpanId span, char* out);
// Thirty-two hex digits.
void format_trace_id(const TraceId& trace, char* out);

}  // namespace gateway::policy
