#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/clock.h"

namespace gateway::policy {

// How a collector answered one batch. Times are steady.
struct ExportAnswer {
  unsigned status = 0;           // 0: it did not
  std::string_view retry_after;  // its Retry-After; empty: none
  UnixMicros now = 0;            // for a Retry-After that names a date
};

// What becomes of the batch.
struct ExportVerdict {
  enum class Next : std::uint8_t { taken, again, lost };
  Next next = Next::lost;
  milliseconds wait{};  // before it is sent again
};

inline constexpr unsigned kExportAttempts = 5;
// Of what a collector asks for more than this is not believed.
inline constexpr milliseconds kLongestExportPause{3'600'000};

// After attempt `attempt`, from 1: no answer, 429, 502, 503 and 504 are worth another (OTLP/HTTP,
// "Retryable Response Codes"), after Retry-After or else after twice as long each time, from one
// second on, of which `random` takes up to a half. Other answers say that the batch is not wanted.
ExportVerdict judge_export(const ExportAnswer& answer, unsigned attempt, std::uint32_t random);

}  // namespace gateway::policy
