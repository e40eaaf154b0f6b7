#pragma once

#include <chrono>
#include <cstdint>

namespace gateway {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Time as the gateway sees it. Policies take times as values; only the shell reads a clock.
using SteadyTime = std::chrono::steady_clock::time_point;

// Microseconds since the Unix epoch (UTC), as stored in the request log.
using UnixMicros = std::int64_t;

// The shell's source of time; a test gives a fake one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady_now() const = 0;
  virtual UnixMicros unix_now() const = 0;
};

// The machine's clocks. Stateless, any thread.
class SystemClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  UnixMicros unix_now() const override {
    return std::chrono::duration_cast<microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace gateway
