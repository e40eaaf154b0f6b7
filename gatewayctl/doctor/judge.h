#pragma once

#include "gatewayctl/doctor/finding.h"
#include "gatewayctl/doctor/machine.h"

// What the facts of machine.h mean. Pure.
namespace gateway::ctl::doctor {

// A certificate or key is worth a warning when it ends within this.
inline constexpr milliseconds kSoon{std::chrono::hours(24 * 21)};
// A log that cannot grow by this is as good as on a full disk.
inline constexpr std::uint64_t kLeastFree = std::uint64_t{64} << 20;
// Longest look-up that nobody has to hear of.
inline constexpr milliseconds kSlowName{1000};
// The queue of connections that gatewayd asks for; the kernel cuts it to net.core.somaxconn.
inline constexpr std::uint64_t kBacklog = 4096;

Finding judge(const Descriptors& found);
Finding judge(const Port& port);
// `runner`: whose permissions count. Access lists and capabilities are not looked at.
Finding judge(const Place& place, const Runner& runner);
Finding judge(const Disk& disk);
Finding judge(const ClockReading& clock);
Finding judge(const Name& name);
Finding judge(const Expiry& expiry, UnixMicros now);
Finding judge(const Store& store);
// One for the queue of connections, one for the ports.
Findings judge(const Kernel& kernel);

// Whether the mode bits let the runner do all of `bits` (4 read, 2 write, 1 search).
bool allows(const Place& place, const Runner& runner, mode_t bits);

}  // namespace gateway::ctl::doctor
