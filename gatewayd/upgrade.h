#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "gatewayd/program.h"
#include "shared/base/result.h"

namespace gateway {

class Daemon;

// Has the program that is installed now take this one's place: it checks the configuration first,
// then is started with --take-over, see handover.h. Any thread; one at a time.
class Upgrade {
 public:
  explicit Upgrade(std::string config_path)
      : program_(running_program()), config_path_(std::move(config_path)) {}

  struct Outcome {
    pid_t process = 0;    // that serves now; 0: this one
    std::string version;  // of the installed program; empty: it does not run
    std::string why;      // it does not serve
    std::string report;   // of its check of the configuration
  };
  // Waits for the end of it.
  Outcome run();

  // What the hand-over came to. Any thread.
  void serves(pid_t successor);
  void failed(const std::string& why);

 private:
  bool check(Outcome& outcome) const;
  void wait(const Detached& started, Outcome& outcome);
  void settle(Outcome outcome);

  const std::string program_;
  const std::string config_path_;
  std::mutex one_at_a_time_;
  std::mutex mutex_;  // guards settled_
  std::condition_variable changed_;
  std::optional<Outcome> settled_;
};

}  // namespace gateway
