#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gatewayd/journal/outlet.h"
#include "shared/base/result.h"

namespace gateway::journal {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Format : std::uint8_t { text, json };

// What a line is about.
enum class Category : std::uint8_t {
  request,   // one request that clients sent
  service,   // services, their health and breakers
  security,  // keys and tokens, who was refused
  store,     // the database
  system,    // the process, its configuration, all else
};
inline constexpr std::array<std::string_view, 5> kCategoryNames = {"request", "service", "security",
                                                                   "store", "system"};

// Of each category, the least severe level that is written.
using Levels = std::array<Level, kCategoryNames.size()>;
constexpr Levels all_at(Level level) {
  return {level, level, level, level, level};
}

// The daemon's own log: what it does and what goes wrong; one line a request only where a category
// is set to debug. Whoever writes a line never waits for the target: lines stand in a bounded queue
// that a thread writes from, and what finds it full is dropped, counted, and told of once there is
// room again. Thread-safe. Owned by the daemon.
class DaemonLog {
 public:
  struct Options {
    Levels levels = all_at(Level::info);
    Format format = Format::text;
    // "stderr"; "journald": entries with fields of their own, see Journald; else the path of a
    // file, made 0640 when there is none.
    std::string to = "stderr";
    std::string journald_socket = "/run/systemd/journal/socket";
    std::size_t queue = 1u << 20;  // bytes of lines that wait for the target
  };
  // Name and value of what a line tells beside its message. A line that speaks of one request has
  // its id as "request_id".
  using Field = std::pair<std::string_view, std::string_view>;
  using Fields = std::initializer_list<Field>;

  static Result<std::unique_ptr<DaemonLog>, LogError> open(const Options& options);
  ~DaemonLog();

  // Lines of one category: log.about(Category::store).warning("…").
  class Channel {
   public:
    Channel(DaemonLog& log, Category category) : log_(log), category_(category) {}
    void debug(std::string_view message, Fields fields = {}) const {
      log_.write(category_, Level::debug, message, fields);
    }
    void info(std::string_view message, Fields fields = {}) const {
      log_.write(category_, Level::info, message, fields);
    }
    void warning(std::string_view message, Fields fields = {}) const {
      log_.write(category_, Level::warning, message, fields);
    }
    void error(std::string_view message, Fields fields = {}) const {
      log_.write(category_, Level::error, message, fields);
    }

   private:
    DaemonLog& log_;
    Category category_;
  };
  Channel about(Category category) { return {*this, category}; }

  // The same for Category::system.
  void debug(std::string_view message, Fields fields = {}) { system().debug(message, fields); }
  void info(std::string_view message, Fields fields = {}) { system().info(message, fields); }
  void warning(std::string_view message, Fields fields = {}) { system().warning(message, fields); }
  void error(std::string_view message, Fields fields = {}) { system().error(message, fields); }

  // Control characters and bytes that are not UTF-8 are written as %XX, so that a line stays one.
  void write(Category category, Level level, std::string_view message, Fields fields);
  // Whether such a line is written: what would be costly to put together need not be.
  bool wants(Category category, Level level) const;

  void set_levels(const Levels& levels);
  void set_format(Format format);

  // Writes to "stderr", to "journald" or to the file `to` from now on. On failure all stays as it
  // was.
  Result<bool, LogError> redirect(const std::string& to);

  // Opens the file again under its name, after it was rotated away; nothing for stderr and
  // journald. On failure the old file goes on being written.
  Result<bool, LogError> reopen();

  // Until all lines are written, for a second at most.
  void flush();
  std::uint64_t dropped() const;  // lines that were never written

 private:
  struct State;
  explicit DaemonLog(std::unique_ptr<State> state);
  Channel system() { return {*this, Category::system}; }

  std::unique_ptr<State> state_;
};

}  // namespace gateway::journal
