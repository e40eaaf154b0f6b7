#include "gatewayd/tracing/request_span.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace gateway::tracing {
namespace {

using decision::AttemptNote;

constexpr std::size_t kTexts = 9;

// The fixed part of a frame; the texts follow in the order of `sizes`, then the attempts.
struct Fixed {
  std::uint32_t size = 0;  // of the whole frame; Ring reads it
  std::uint32_t total_us = 0;
  policy::TraceStart start;
  Uuid request_id;
  UnixMicros time = 0;
  std::uint16_t status = 0;
  Decider decider = Decider::upstream;
  std::uint8_t minor = 1;
  bool secure = false;
  std::uint8_t attempts = 0;
  std::array<std::uint16_t, kTexts> sizes{};
};
static_assert(std::is_trivially_copyable_v<Fixed>);

// The fixed part of an attempt; its two texts follow.
struct FixedAttempt {
  AttemptNote::Kind kind = AttemptNote::Kind::first;
  bool stale = false;
  bool lost = false;
  Decider decider = Decider::upstream;
  std::uint16_t status = 0;
  std::uint16_t instance = 0;
  std::uint16_t address = 0;
  std::uint32_t began_us = 0;
  std::uint32_t took_us = 0;
};
static_assert(std::is_trivially_copyable_v<FixedAttempt>);

std::string_view cut(std::string_view text) {
  return text.substr(0, kMaxText);
}

std::array<std::string_view, kTexts> texts_of(const RequestSpan& request) {
  return {cut(request.method),    cut(request.host),    cut(request.path),
          cut(request.sent_path), cut(request.client),  cut(request.user_agent),
          cut(request.route),     cut(request.pattern), cut(request.service)};
}

std::span<const AttemptNote> attempts_of(const RequestSpan& request) {
  return request.attempts.first(std::min(request.attempts.size(), kMaxAttempts));
}

class Out {
 public:
  explicit Out(std::byte* at) : at_(at) {}
  template <class Plain>
  void put(const Plain& plain) {
    std::memcpy(at_, &plain, sizeof(plain));
    at_ += sizeof(plain);
  }
  void put_text(std::string_view text) {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

 private:
  std::byte* at_;
};

class In {
 public:
  explicit In(const std::byte* at) : at_(reinterpret_cast<const char*>(at)) {}
  template <class Plain>
  Plain take() {
    Plain plain;
    std::memcpy(&plain, at_, sizeof(plain));
    at_ += sizeof(plain);
    return plain;
  }
  std::string_view take_text(std::size_t size) {
    const std::string_view text(at_, size);
    at_ += size;
    return text;
  }

 private:
  const char* at_;
};

}  // namespace

bool write_span(journal::Ring& ring, const RequestSpan& request) {
  const auto texts = texts_of(request);
  const auto attempts = attempts_of(request);
  std::size_t size = sizeof(Fixed);
  Fixed fixed;
  for (std::size_t i = 0; i < kTexts; ++i) {
    fixed.sizes[i] = static_cast<std::uint16_t>(texts[i].size());
    size += texts[i].size();
  }
  for (const AttemptNote& attempt : attempts) {
    size += sizeof(FixedAttempt) + cut(attempt.instance).size() + cut(attempt.address).size();
  }
  fixed.size = static_cast<std::uint32_t>(size);
  std::byte* at = ring.reserve(fixed.size, ring.capacity());
  if (at == nullptr) return false;
  fixed.total_us = request.total_us;
  fixed.start = request.start;
  fixed.request_id = request.request_id;
  fixed.time = request.time;
  fixed.status = request.status;
  fixed.decider = request.decider;
  fixed.minor = request.minor;
  fixed.secure = request.secure;
  fixed.attempts = static_cast<std::uint8_t>(attempts.size());
  Out out(at);
  out.put(fixed);
  for (const std::string_view text : texts) out.put_text(text);
  for (const AttemptNote& attempt : attempts) {
    const std::string_view instance = cut(attempt.instance);
    const std::string_view address = cut(attempt.address);
    out.put(FixedAttempt{attempt.kind, attempt.stale, attempt.lost, attempt.decider, attempt.status,
                         static_cast<std::uint16_t>(instance.size()),
                         static_cast<std::uint16_t>(address.size()), attempt.began_us,
                         attempt.took_us});
    out.put_text(instance);
    out.put_text(address);
  }
  ring.publish();
  return true;
}

RequestSpan read_span(const std::byte* frame, std::array<AttemptNote, kMaxAttempts>& attempts) {
  In in(frame);
  const Fixed fixed = in.take<Fixed>();
  RequestSpan request;
  request.start = fixed.start;
  request.request_id = fixed.request_id;
  request.time = fixed.time;
  request.total_us = fixed.total_us;
  request.status = fixed.status;
  request.decider = fixed.decider;
  request.minor = fixed.minor;
  request.secure = fixed.secure;
  std::size_t index = 0;
  for (std::string_view* text :
       {&request.method, &request.host, &request.path, &request.sent_path, &request.client,
        &request.user_agent, &request.route, &request.pattern, &request.service}) {
    *text = in.take_text(fixed.sizes[index++]);
  }
  for (std::size_t i = 0; i < fixed.attempts; ++i) {
    const auto plain = in.take<FixedAttempt>();
    AttemptNote& note = attempts[i];
    note = {plain.kind,    plain.stale,  plain.lost,     {},           {},
            plain.decider, plain.status, plain.began_us, plain.took_us};
    note.instance = in.take_text(plain.instance);
    note.address = in.take_text(plain.address);
  }
  request.attempts = {attempts.data(), fixed.attempts};
  return request;
}

}  // namespace gateway::tracing
