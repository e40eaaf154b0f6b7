#include "gatewayd/journal/frame.h"

#include <array>
#include <cstring>
#include <type_traits>

namespace gateway::journal {
namespace {

// The fixed part of a frame; the texts follow, one behind the other, in the order of `sizes`.
struct Fixed {
  FrameHead head;
  Decider decider = Decider::upstream;
  std::uint8_t retries = 0;
  std::uint16_t status = 0;
  std::array<std::uint16_t, 6> sizes{};
  Uuid id;
  UnixMicros time = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint32_t total_us = 0;
  std::uint32_t upstream_us = 0;
  NameId route = 0;
  NameId service = 0;
  NameId instance = 0;
  std::uint32_t revision = 0;
};
static_assert(std::is_trivially_copyable_v<Fixed>);

}  // namespace

FrameKind kind_of(const std::byte* frame) {
  FrameHead head;
  std::memcpy(&head, frame, sizeof(head));
  return head.kind;
}

bool write_frame(Ring& ring, const RequestRecord& record, std::size_t limit) {
  const std::array<std::string_view, 6> texts = {
      record.method.substr(0, kMaxMethod), record.host.substr(0, kMaxHost),
      record.path.substr(0, kMaxPath),     record.query.substr(0, kMaxQuery),
      record.client.substr(0, kMaxClient), record.user.substr(0, kMaxUser)};
  Fixed fixed;
  std::size_t size = sizeof(Fixed);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    fixed.sizes[i] = static_cast<std::uint16_t>(texts[i].size());
    size += texts[i].size();
  }
  fixed.head.size = static_cast<std::uint32_t>(size);
  std::byte* out = ring.reserve(fixed.head.size, limit);
  if (out == nullptr) return false;
  fixed.status = record.status;
  fixed.decider = record.decider;
  fixed.retries = record.retries;
  fixed.id = record.id;
  fixed.time = record.time;
  fixed.bytes_in = record.bytes_in;
  fixed.bytes_out = record.bytes_out;
  fixed.total_us = record.total_us;
  fixed.upstream_us = record.upstream_us;
  fixed.route = record.route;
  fixed.service = record.service;
  fixed.instance = record.instance;
  fixed.revision = record.revision;
  std::memcpy(out, &fixed, sizeof(fixed));
  out += sizeof(fixed);
  for (const std::string_view text : texts) {
    if (text.empty()) continue;
    std::memcpy(out, text.data(), text.size());
    out += text.size();
  }
  ring.publish();
  return true;
}

store::RequestRow read_frame(const std::byte* frame) {
  Fixed fixed;
  std::memcpy(&fixed, frame, sizeof(fixed));
  const char* text = reinterpret_cast<const char*>(frame) + sizeof(fixed);
  std::size_t index = 0;
  const auto take = [&] {
    const std::string_view taken(text, fixed.sizes[index]);
    text += fixed.sizes[index++];
    return taken;
  };
  store::RequestRow record;
  record.method = take();
  record.host = take();
  record.path = take();
  record.query = take();
  record.client = take();
  record.user = take();
  record.id = fixed.id;
  record.time = fixed.time;
  record.route = fixed.route;
  record.service = fixed.service;
  record.instance = fixed.instance;
  record.status = fixed.status;
  record.decider = fixed.decider;
  record.retries = fixed.retries;
  record.revision = fixed.revision;
  record.bytes_in = fixed.bytes_in;
  record.bytes_out = fixed.bytes_out;
  record.total_us = fixed.total_us;
  record.upstream_us = fixed.upstream_us;
  return record;
}

}  // namespace gateway::journal
