#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/journal/ring.h"
#include "gatewayd/tracing/otlp.h"
#include "gatewayd/tracing/request_span.h"
#include "shared/base/clock.h"

namespace gateway::tracing {

// Where spans go, and within which bounds.
struct Settings {
  std::string endpoint;  // URL of the collector; empty: nothing is traced
  std::vector<std::pair<std::string, std::string>> headers;
  std::string service_name;
  std::uint64_t queue = 0;  // bytes a worker
  std::uint32_t batch = 0;  // requests
  milliseconds every{};
  milliseconds timeout{};
  bool operator==(const Settings&) const = default;
};

// Spans by what became of them. Those of a request count together.
struct SpanFigures {
  std::uint64_t sent = 0;      // taken by the collector
  std::uint64_t dropped = 0;   // the queue was full
  std::uint64_t lost = 0;      // the collector did not answer, or did not want them
  std::uint64_t rejected = 0;  // the collector took the batch but for these
  std::uint64_t waiting_bytes = 0;

  SpanFigures& operator+=(const SpanFigures& other);
};

// Worker → bounded ring → one thread → collector. Workers never wait for it; the thread stands back
// behind traffic. Owned by the daemon.
class Exporter {
 public:
  Exporter(Settings settings, std::size_t workers, journal::DaemonLog& log);
  ~Exporter();  // as finish()
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  // Never blocks, never allocates. False: dropped, and counted. Called by worker `worker` alone.
  bool push(std::size_t worker, const RequestSpan& request);

  // Sends what waits, once, and ends: no worker pushes any more. Does not wait.
  void end();
  bool has_ended() const;
  // The same, and waits for it: at most kLastWords and what a name look-up takes.
  void finish();

  const Settings& settings() const { return settings_; }
  SpanFigures figures() const;  // any thread

  static constexpr milliseconds kLastWords{2000};

 private:
  struct alignas(64) Lane {
    explicit Lane(std::size_t bytes) : ring(bytes) {}
    journal::Ring ring;
    std::atomic<std::uint64_t> dropped{0};  // written by the worker
  };

  void run();
  void wait(milliseconds time);  // until then, or woken
  void pass();
  void collect();
  void deliver(std::size_t spans, const std::string& body);
  void tell(bool works, const std::string& why);
  void wake();

  const Settings settings_;
  journal::DaemonLog& log_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  const int wake_fd_;

  // The thread's own.
  OtlpBatch batch_;
  std::size_t turn_ = 0;  // the lane that is read first
  bool works_ = true;     // as the log was told last

  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> rejected_{0};
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;  // guards has_ended_
  std::condition_variable ended_;
  bool has_ended_ = false;
  std::stop_source stop_;  // of a question under way
  std::thread thread_;     // last: it uses all of the above
};

}  // namespace gateway::tracing
