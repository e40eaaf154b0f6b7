#pragma once

#include <cstddef>

#include "gatewayd/journal/record.h"
#include "gatewayd/journal/ring.h"
#include "shared/store/trace_row.h"

namespace gateway::journal {

// Writes `trace` to the ring unless more than `limit` bytes would then be in use.
bool write_trace(Ring& ring, const TraceRecord& trace, std::size_t limit);

// The trace in a frame of that kind, from Ring::next; its view points into the frame.
store::TraceRow read_trace(const std::byte* frame);

}  // namespace gateway::journal
