#include "shared/policy/trace_context.h"

#include <algorithm>
#include <array>

#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

constexpr std::uint8_t kSampled = 1;  // of the flags (§3.2.2.5)

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// -1: not a digit; capitals are none (§3.2.2).
int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

template <std::size_t Size>
bool read_bytes(std::string_view digits, std::array<std::uint8_t, Size>& out) {
  int seen = 0;  // negative once one was no digit
  for (std::size_t i = 0; i < Size; ++i) {
    const int high = hex_value(digits[2 * i]);
    const int low = hex_value(digits[2 * i + 1]);
    seen |= high | low;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return seen >= 0;
}

std::uint64_t to_number(const std::uint8_t* bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

// A bijection whose every output bit depends on every input bit (MurmurHash3's finalizer).
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ value >> 33) * 0xff51afd7ed558ccdu;
  value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53u;
  return value ^ value >> 33;
}

SpanId never_zero(std::uint64_t value) {
  return value == 0 ? 1 : value;
}

bool is_key_character(char c) {
  return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/';
}

bool is_key_part(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), is_key_character);
}

// simple-key / tenant-id "@" system-id
bool is_key(std::string_view key) {
  const std::size_t at = key.find('@');
  if (at == std::string_view::npos) return is_key_part(key, 256) && is_lower(key.front());
  const std::string_view tenant = key.substr(0, at);
  const std::string_view system = key.substr(at + 1);
  return is_key_part(tenant, 241) && (is_lower(tenant.front()) || is_digit(tenant.front())) &&
         is_key_part(system, 14) && is_lower(system.front());
}

// The member's end is trimmed already, so a value cannot end with a space.
bool is_value(std::string_view value) {
  return !value.empty() && value.size() <= 256 &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

bool takes_parent(config::TakeParent from, bool peer_trusted) {
  if (from == config::TakeParent::trusted_proxies) return peer_trusted;
  return from == config::TakeParent::anyone;
}

// The parent of a request: that of its only traceparent, when that is valid (§4.3).
std::optional<TraceParent> given_parent(const Fields& fields) {
  const Field* only = nullptr;
  for (const Field& field : fields) {
    if (field.id != FieldId::traceparent) continue;
    if (only != nullptr) return std::nullopt;
    only = &field;
  }
  return only == nullptr ? std::nullopt : parse_traceparent(only->value);
}

// By the random bits that the trace's id ends with, as all who sample by ratio do.
bool is_sampled(const TraceId& trace, std::uint32_t one_in) {
  if (one_in <= 1) return one_in == 1;
  const std::uint64_t random = to_number(trace.bytes.data() + 8) & 0xffff'ffff;
  return random * one_in >> 32 == 0;
}

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view value) {
  if (value.size() < kTraceParentSize) return std::nullopt;
  if (value[2] != '-' || value[35] != '-' || value[52] != '-') return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  std::array<std::uint8_t, 8> parent{};
  TraceParent out;
  const bool digits =
      read_bytes(value.substr(0), version) && read_bytes(value.substr(3), out.trace.bytes) &&
      read_bytes(value.substr(kSpanIdOffset), parent) && read_bytes(value.substr(53), flags);
  if (!digits || version[0] == 0xff) return std::nullopt;
  if (value.size() > kTraceParentSize &&
      (version[0] == 0 || value[kTraceParentSize] != '-')) {  // §4.3: later versions may add to it
    return std::nullopt;
  }
  out.parent = to_number(parent.data());
  out.sampled = (flags[0] & kSampled) != 0;
  if (out.parent == 0 || out.trace == TraceId{}) return std::nullopt;
  return out;
}

bool is_tracestate(const Fields& fields) {
  std::array<std::string_view, kMaxTraceStateMembers> keys;
  std::size_t count = 0;
  bool valid = true;
  for (const Field& field : fields) {
    if (field.id != FieldId::tracestate) continue;
    for_each_element(field.value, [&](std::string_view member) {
      const std::size_t equals = member.find('=');
      const std::string_view key = member.substr(0, equals);
      valid = valid && count < keys.size() && equals != std::string_view::npos && is_key(key) &&
              is_value(member.substr(equals + 1)) &&
              std::find(keys.begin(), keys.begin() + count, key) == keys.begin() + count;
      if (valid) keys[count++] = key;
    });
  }
  return valid;
}

TraceStart start_trace(const TraceRules& rules, const Fields& fields, bool peer_trusted,
                       const Uuid& fresh) {
  TraceStart start;
  start.traced = true;
  start.span = never_zero(mix(to_number(fresh.bytes.data() + 8)));
  if (takes_parent(rules.take_parent, peer_trusted)) {
    if (const auto given = given_parent(fields)) {
      start.trace = given->trace;
      start.parent = given->parent;
      start.sampled = given->sampled;
      start.has_state = is_tracestate(fields);
      return start;
    }
  }
  start.trace = fresh;
  start.sampled = is_sampled(fresh, rules.sample_one_in);
  return start;
}

SpanId attempt_span(SpanId span, std::size_t number) {
  return never_zero(mix(span + number + 1));
}

std::array<char, kTraceParentSize> traceparent(const TraceStart& start, SpanId span) {
  std::array<char, kTraceParentSize> out;
  out[0] = out[1] = out[53] = '0';
  out[2] = out[35] = out[52] = '-';
  format_trace_id(start.trace, out.data() + 3);
  format_span_id(span, out.data() + kSpanIdOffset);
  out[54] = start.sampled ? '1' : '0';
  return out;
}

void format_span_id(SpanId span, char* out) {
  constexpr char kHex[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) *out++ = kHex[span >> shift & 15];
}

void format_trace_id(const TraceId& trace, char* out) {
  constexpr char kHex[] = "0123456789abcdef";
  for (const std::uint8_t byte : trace.bytes) {
    *out++ = kHex[byte >> 4];
    *out++ = kHex[byte & 15];
  }
}

}  // namespace gateway::policy
