#include <fmt/format.h>

#include <array>
#include <cstring>
#include <iterator>
#include <type_traits>

#include "gatewayd/journal/access_log.h"
#include "gatewayd/journal/log_line.h"
#include "shared/base/timestamp.h"

namespace gateway::journal {
namespace {

constexpr std::size_t kTexts = 12;

// The fixed part of a frame; the texts follow in the order of `sizes`.
struct Fixed {
  std::uint32_t size = 0;  // of the whole frame; Ring reads it
  std::uint32_t total_us = 0;
  std::uint32_t upstream_us = 0;
  std::uint32_t revision = 0;
  Uuid id;
  UnixMicros time = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint16_t status = 0;
  Decider decider = Decider::upstream;
  std::uint8_t retries = 0;
  std::uint8_t minor = 1;
  std::array<std::uint16_t, kTexts> sizes{};
};
static_assert(std::is_trivially_copyable_v<Fixed>);

std::array<std::string_view, kTexts> texts_of(const AccessRecord& record) {
  const RequestRecord& request = record.request;
  return {request.method,  request.host,      request.path,   request.query,
          request.client,  request.user,      record.route,   record.service,
          record.instance, record.user_agent, record.referer, record.trace};
}

// The names of the texts in a line, in the order of texts_of(); those that may be empty are then
// left out.
constexpr std::array<std::string_view, kTexts> kNames = {
    "method", "host",    "path",     "query",      "client",  "user",
    "route",  "service", "instance", "user_agent", "referer", "trace_id"};
constexpr std::size_t kQuery = 3;

}  // namespace

bool write_access(Ring& ring, const AccessRecord& record) {
  auto texts = texts_of(record);
  Fixed fixed;
  std::size_t size = sizeof(Fixed);
  for (std::size_t i = 0; i < kTexts; ++i) {
    texts[i] = texts[i].substr(0, kMaxAccessText);
    fixed.sizes[i] = static_cast<std::uint16_t>(texts[i].size());
    size += texts[i].size();
  }
  fixed.size = static_cast<std::uint32_t>(size);
  std::byte* out = ring.reserve(fixed.size, ring.capacity());
  if (out == nullptr) return false;
  const RequestRecord& request = record.request;
  fixed.total_us = request.total_us;
  fixed.upstream_us = request.upstream_us;
  fixed.revision = request.revision;
  fixed.id = request.id;
  fixed.time = request.time;
  fixed.bytes_in = request.bytes_in;
  fixed.bytes_out = request.bytes_out;
  fixed.status = request.status;
  fixed.decider = request.decider;
  fixed.retries = request.retries;
  fixed.minor = record.minor;
  std::memcpy(out, &fixed, sizeof(fixed));
  out += sizeof(fixed);
  for (const std::string_view text : texts) {
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    out += text.size();
  }
  ring.publish();
  return true;
}

void append_access_line(const std::byte* frame, const Redactor& secret, std::string& out) {
  Fixed fixed;
  std::memcpy(&fixed, frame, sizeof(fixed));
  const char* at = reinterpret_cast<const char*>(frame) + sizeof(fixed);
  fmt::format_to(std::back_inserter(out),
                 R"({{"time":"{}","id":"{}","protocol":"HTTP/1.{}","status":{},"decider":"{}",)"
                 R"("retries":{},"revision":{},"bytes_in":{},"bytes_out":{},"total_us":{},)"
                 R"("upstream_us":{})",
                 format_rfc3339(fixed.time), to_string(fixed.id), fixed.minor, fixed.status,
                 info(fixed.decider).name, fixed.retries, fixed.revision, fixed.bytes_in,
                 fixed.bytes_out, fixed.total_us, fixed.upstream_us);
  std::string masked;
  for (std::size_t i = 0; i < kTexts; ++i) {
    std::string_view text(at, fixed.sizes[i]);
    at += fixed.sizes[i];
    if (text.empty()) continue;
    if (i == kQuery) text = secret.mask(text, masked);
    out.append(R"(,")").append(kNames[i]).append(R"(":)");
    append_quoted(text, out);
  }
  out += "}\n";
}

}  // namespace gateway::journal
