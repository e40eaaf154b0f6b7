#pragma once

#include <cstddef>

#include "gatewayd/journal/record.h"
#include "gatewayd/journal/ring.h"
#include "shared/store/security_row.h"

namespace gateway::journal {

// Text of an event beyond these bounds (bytes) is cut off; the others are bounded as in frame.h.
inline constexpr std::size_t kMaxRule = 128;
inline constexpr std::size_t kMaxDetail = 256;

// Writes `event` to the ring unless more than `limit` bytes would then be in use.
bool write_event(Ring& ring, const SecurityEvent& event, std::size_t limit);

// The event in a frame of that kind, from Ring::next; its views point into the frame.
store::SecurityRow read_event(const std::byte* frame);

}  // namespace gateway::journal
