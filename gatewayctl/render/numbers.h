#pragma once

#include <cstdint>
#include <string>

#include "shared/base/clock.h"

namespace gateway::ctl {

// How numbers look to people; `-o json` has them raw.

std::string format_count(std::uint64_t value);         // "1,284,004"
std::string format_latency(std::uint64_t micros);      // "850µs" "3.1ms" "48ms" "2.1s" "75s"
std::string format_rate(double per_second);            // "0" "0.4" "9.5" "412" "12,031"
std::string format_memory(std::uint64_t bytes);        // "512 B" "9.5 KiB" "64 MiB"
std::string format_percent(double share, int digits);  // 0.0011, 2: "0.11"
std::string format_span(std::uint64_t seconds);        // "41s" "5m 3s" "2h 5m" "3d 4h"
std::string format_ago(std::uint64_t seconds);         // "41s ago" "2h ago": the largest unit alone

// "2026-01-02T14:02:11.482Z": as --since takes it back.
std::string format_time(UnixMicros time);

}  // namespace gateway::ctl
