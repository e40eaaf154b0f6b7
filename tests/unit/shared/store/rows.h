#pragma once

#include <cstdint>

#include "shared/store/reader.h"
#include "shared/store/writer.h"

// Rows and windows that the tests of the store share.
namespace store_test {

using gateway::UnixMicros;
using gateway::store::RequestRow;

inline constexpr UnixMicros kSecond = 1'000'000;
inline constexpr UnixMicros kMinute = 60 * kSecond;
inline constexpr UnixMicros kHour = 60 * kMinute;
inline constexpr UnixMicros kDay = 24 * kHour;
inline constexpr UnixMicros kStart = 1'767'225'600 * kSecond;  // 2026-01-01T00:00:00Z

inline RequestRow row(UnixMicros time, std::uint16_t status = 200, std::uint32_t total_us = 1000) {
  RequestRow out;
  out.id.bytes[0] = 0x01;
  out.id.bytes[15] = 0x0f;
  out.time = time;
  out.method = "GET";
  out.host = "api.example.com";
  out.path = "/samples/7";
  out.client = "203.0.113.9";
  out.status = status;
  out.total_us = total_us;
  out.route = 1;
  out.service = 2;
  out.instance = 3;
  out.revision = 1;
  return out;
}

// One transaction; false when any part of it failed.
inline bool write(gateway::store::Writer& writer, UnixMicros now,
                  std::span<const RequestRow> rows) {
  return writer.begin(now) && writer.append(rows) && writer.commit();
}

inline gateway::store::SecurityRow event(UnixMicros time,
                                         gateway::Decider kind = gateway::Decider::threat) {
  gateway::store::SecurityRow out;
  out.id.bytes[0] = 0x02;
  out.time = time;
  out.kind = kind;
  out.rule = "sqli-union-select";
  out.client = "203.0.113.9";
  out.method = "GET";
  out.host = "api.example.com";
  out.path = "/samples/7";
  out.detail = "1 UNION SELECT ***";
  out.route = 1;
  return out;
}

inline bool write_events(gateway::store::Writer& writer, UnixMicros now,
                         std::span<const gateway::store::SecurityRow> rows) {
  return writer.begin(now) && writer.append_events(rows) && writer.commit();
}

inline gateway::store::StatsQuery window(UnixMicros since, UnixMicros until) {
  gateway::store::StatsQuery query;
  query.since = since;
  query.until = until;
  return query;
}

}  // namespace store_test
