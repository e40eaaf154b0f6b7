#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "gatewayd/journal/daemon_log.h"

namespace gateway::journal {

inline constexpr char kJournaldSocket[] = "/run/systemd/journal/socket";

// Entries for systemd-journald in its native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL):
// one datagram each, fields that `journalctl PRIORITY=3` or `journalctl -o json` knows. Sending
// never waits: what journald does not take at once is dropped and counted. Thread-safe.
class Journald {
 public:
  explicit Journald(std::string socket = kJournaldSocket);
  ~Journald();
  Journald(const Journald&) = delete;
  Journald& operator=(const Journald&) = delete;

  // False when the entry was dropped. The first entry that is taken again tells in GATEWAYD_DROPPED
  // how many were not.
  bool send(Category category, Level level, std::string_view message, DaemonLog::Fields fields);
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }  // ever

 private:
  const std::string path_;
  const int fd_;
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> untold_{0};  // dropped since one was taken
};

// The datagram of one entry: MESSAGE, PRIORITY (syslog(3)), SYSLOG_IDENTIFIER, GATEWAYD_CATEGORY,
// and each field under
// its name in capitals with GATEWAYD_ before it, request_id as REQUEST_ID. A value with a line end
// is sent with its length (native protocol, "binary" form).
std::string journald_entry(Category category, Level level, std::string_view message,
                           DaemonLog::Fields fields, std::uint64_t dropped);

}  // namespace gateway::journal
