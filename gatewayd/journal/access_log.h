#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gatewayd/journal/outlet.h"
#include "gatewayd/journal/record.h"
#include "gatewayd/journal/redact.h"
#include "gatewayd/journal/ring.h"

namespace gateway::journal {

// One request for the access log: its record, and what that holds as numbers or not at all. The
// views need to live only for the call that takes it.
struct AccessRecord {
  RequestRecord request;
  std::string_view route;     // name; empty: none
  std::string_view service;   // name; empty: none
  std::string_view instance;  // URL; empty: none was asked
  std::string_view user_agent;
  std::string_view referer;  // without its query
  std::string_view trace;    // 32 hex digits; empty: not traced
  std::uint8_t minor = 1;    // HTTP/1.minor
};

inline constexpr std::size_t kMaxAccessText = 1024;  // bytes of each text here; cut off there

// Writes it to the ring unless more than all of the ring would then be in use.
bool write_access(Ring& ring, const AccessRecord& record);

// Appends the request in a frame of write_access() to `out` as a line of JSON, with the names that
// `gatewayctl logs -o json` has. The values of `secret` parameters are masked.
void append_access_line(const std::byte* frame, const Redactor& secret, std::string& out);

// Each request as a line of JSON: worker → bounded ring → one thread → file. Workers never wait for
// it. Owned by the daemon.
class AccessLog {
 public:
  struct Settings {
    std::string to;                   // "stdout", or the path of a file
    std::uint64_t queue = 0;          // bytes a worker
    std::vector<std::string> redact;  // query parameters whose values are masked
    bool operator==(const Settings&) const = default;
  };
  struct Figures {
    std::uint64_t written = 0;
    std::uint64_t dropped = 0;  // the queue was full, or the target failed
    Figures& operator+=(const Figures& other);
  };

  static Result<std::unique_ptr<AccessLog>, LogError> open(Settings settings, std::size_t workers);
  ~AccessLog();  // as finish()

  // Never blocks, never allocates. False: dropped, and counted. Called by worker `worker` alone.
  bool push(std::size_t worker, const AccessRecord& record);

  // Opens the file again under its name, after it was rotated away. On failure the old one goes on
  // being written.
  Result<bool, LogError> reopen();

  // Writes what waits, for kLastWords at most, and ends: no worker pushes any more. Does not wait.
  void end();
  bool has_ended() const;
  void finish();  // the same, and waits for it

  const Settings& settings() const { return settings_; }
  Figures figures() const;  // any thread

  static constexpr milliseconds kLastWords{1000};

 private:
  struct alignas(64) Lane {
    explicit Lane(std::size_t bytes) : ring(bytes) {}
    Ring ring;
    std::atomic<std::uint64_t> dropped{0};  // written by the worker
  };

  AccessLog(Settings settings, std::size_t workers, Outlet outlet);
  static Result<Outlet, LogError> open_target(const std::string& to);
  void run();
  bool sleep();  // false: it is to end
  void pass();
  void collect(std::string& lines, std::uint64_t& count);
  bool is_late() const;

  const Settings settings_;
  const Redactor redactor_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  Outlet outlet_;         // the thread's own
  std::size_t turn_ = 0;  // the same: the lane that is read first

  mutable std::mutex mutex_;  // guards what follows, but the counters
  std::condition_variable stirred_;
  std::optional<Outlet> next_;  // takes outlet_'s place
  bool ending_ = false;
  bool has_ended_ = false;
  std::atomic<bool> reopening_{false};
  std::atomic<std::int64_t> end_at_{0};  // steady; 0: it goes on
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace gateway::journal
