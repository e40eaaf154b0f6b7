#include "gatewayd/journal/trace_frame.h"

#include <cstring>
#include <type_traits>

#include "gatewayd/journal/frame.h"

namespace gateway::journal {
namespace {

// The fixed part of a frame; the trace's bytes follow, up to the end of the frame.
struct Fixed {
  FrameHead head;
  Decider decider = Decider::upstream;
  Uuid id;
  UnixMicros time = 0;
};
static_assert(std::is_trivially_copyable_v<Fixed>);

}  // namespace

bool write_trace(Ring& ring, const TraceRecord& trace, std::size_t limit) {
  Fixed fixed;
  const std::size_t size = sizeof(Fixed) + trace.bytes.size();
  fixed.head = {static_cast<std::uint32_t>(size), FrameKind::trace};
  std::byte* out = ring.reserve(fixed.head.size, limit);
  if (out == nullptr) return false;
  fixed.decider = trace.decider;
  fixed.id = trace.id;
  fixed.time = trace.time;
  std::memcpy(out, &fixed, sizeof(fixed));
  if (!trace.bytes.empty()) {
    std::memcpy(out + sizeof(fixed), trace.bytes.data(), trace.bytes.size());
  }
  ring.publish();
  return true;
}

store::TraceRow read_trace(const std::byte* frame) {
  Fixed fixed;
  std::memcpy(&fixed, frame, sizeof(fixed));
  const char* bytes = reinterpret_cast<const char*>(frame) + sizeof(fixed);
  return {fixed.id, fixed.time, fixed.decider, {bytes, fixed.head.size - sizeof(fixed)}};
}

}  // namespace gateway::journal
