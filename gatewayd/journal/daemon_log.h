#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "shared/base/result.h"

namespace gateway::journal {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Format : std::uint8_t { text, json };

// Why the daemon's log cannot be written: what, where, why, what to do next.
struct LogError {
  std::string message;
};

// The daemon's own log: what it does and what goes wrong, never one line a request. A line is
// handed to the kernel before the call returns. Thread-safe. Owned by the daemon.
class DaemonLog {
 public:
  struct Options {
    Level level = Level::info;
    Format format = Format::text;
    // "stderr"; "journald": entries with fields of their own, see Journald; else the path of a
    // file, made 0640 when there is none.
    std::string to = "stderr";
    std::string journald_socket = "/run/systemd/journal/socket";
  };
  // Name and value of what a line tells beside its message.
  using Field = std::pair<std::string_view, std::string_view>;
  using Fields = std::initializer_list<Field>;

  static Result<std::unique_ptr<DaemonLog>, LogError> open(const Options& options);
  ~DaemonLog();

  void debug(std::string_view message, Fields fields = {}) { write(Level::debug, message, fields); }
  void info(std::string_view message, Fields fields = {}) { write(Level::info, message, fields); }
  void warning(std::string_view message, Fields fields = {}) {
    write(Level::warning, message, fields);
  }
  void error(std::string_view message, Fields fields = {}) { write(Level::error, message, fields); }

  // Control characters and bytes that are not UTF-8 are written as %XX, so that a line stays one.
  void write(Level level, std::string_view message, Fields fields);

  void set_level(Level level);
  void set_format(Format format);

  // Writes to "stderr", to "journald" or to the file `to` from now on. On failure all stays as it
  // was.
  Result<bool, LogError> redirect(const std::string& to);

  // Opens the file again under its name, after it was rotated away; nothing for stderr and
  // journald. On failure the old file goes on being written.
  Result<bool, LogError> reopen();

 private:
  struct State;
  explicit DaemonLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway::journal
