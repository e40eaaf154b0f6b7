#include "gatewayd/journal/event_frame.h"

#include <array>
#include <cstring>
#include <type_traits>

#include "gatewayd/journal/frame.h"

namespace gateway::journal {
namespace {

// The fixed part of a frame; the texts follow, one behind the other, in the order of `sizes`.
struct Fixed {
  FrameHead head;
  Decider kind = Decider::internal;
  store::SecurityAction action = store::SecurityAction::blocked;
  std::array<std::uint16_t, 7> sizes{};
  Uuid id;
  UnixMicros time = 0;
  NameId route = 0;
};
static_assert(std::is_trivially_copyable_v<Fixed>);

}  // namespace

bool write_event(Ring& ring, const SecurityEvent& event, std::size_t limit) {
  const std::array<std::string_view, 7> texts = {
      event.rule.substr(0, kMaxRule),     event.client.substr(0, kMaxClient),
      event.user.substr(0, kMaxUser),     event.method.substr(0, kMaxMethod),
      event.host.substr(0, kMaxHost),     event.path.substr(0, kMaxPath),
      event.detail.substr(0, kMaxDetail),
  };
  Fixed fixed;
  std::size_t size = sizeof(Fixed);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    fixed.sizes[i] = static_cast<std::uint16_t>(texts[i].size());
    size += texts[i].size();
  }
  fixed.head = {static_cast<std::uint32_t>(size), FrameKind::event};
  std::byte* out = ring.reserve(fixed.head.size, limit);
  if (out == nullptr) return false;
  fixed.kind = event.kind;
  fixed.action = event.action;
  fixed.id = event.id;
  fixed.time = event.time;
  fixed.route = event.route;
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

store::SecurityRow read_event(const std::byte* frame) {
  Fixed fixed;
  std::memcpy(&fixed, frame, sizeof(fixed));
  const char* text = reinterpret_cast<const char*>(frame) + sizeof(fixed);
  std::size_t index = 0;
  const auto take = [&] {
    const std::string_view taken(text, fixed.sizes[index]);
    text += fixed.sizes[index++];
    return taken;
  };
  store::SecurityRow row;
  row.rule = take();
  row.client = take();
  row.user = take();
  row.method = take();
  row.host = take();
  row.path = take();
  row.detail = take();
  row.kind = fixed.kind;
  row.action = fixed.action;
  row.id = fixed.id;
  row.time = fixed.time;
  row.route = fixed.route;
  return row;
}

}  // namespace gateway::journal
