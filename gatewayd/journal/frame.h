#pragma once

#include <cstddef>
#include <cstdint>

#include "gatewayd/journal/record.h"
#include "gatewayd/journal/ring.h"
#include "shared/store/request_row.h"

namespace gateway::journal {

// Text of a record beyond these bounds (bytes) is cut off.
inline constexpr std::size_t kMaxMethod = 32;
inline constexpr std::size_t kMaxHost = 255;
inline constexpr std::size_t kMaxPath = 2048;
inline constexpr std::size_t kMaxQuery = 2048;
inline constexpr std::size_t kMaxClient = 64;
inline constexpr std::size_t kMaxUser = 255;

enum class FrameKind : std::uint8_t { request, event, trace };

// What every frame begins with.
struct FrameHead {
  std::uint32_t size = 0;  // of the whole frame; Ring reads it
  FrameKind kind = FrameKind::request;
};

FrameKind kind_of(const std::byte* frame);

// Writes `record` to the ring unless more than `limit` bytes would then be in use.
bool write_frame(Ring& ring, const RequestRecord& record, std::size_t limit);

// The record in a frame of a request, from Ring::next; its views point into the frame. The query is
// as it was pushed, not masked.
store::RequestRow read_frame(const std::byte* frame);

}  // namespace gateway::journal
