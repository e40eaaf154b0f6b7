#include "gatewayd/journal/daemon_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "gatewayd/journal/journald.h"
#include "gatewayd/journal/log_line.h"
#include "shared/base/clock.h"

namespace gateway::journal {
namespace {

constexpr std::string_view kJournald = "journald";

// Lines to a descriptor, each with one write(2), so that two processes never mix within a line.
// base_sink's mutex guards the descriptor.
class DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  DescriptorSink(int fd, bool owned) : fd_(fd), owned_(owned) {}
  ~DescriptorSink() override { close_owned(); }

  void replace(int fd, bool owned) {
    const std::lock_guard lock(mutex_);
    close_owned();
    fd_ = fd;
    owned_ = owned;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line(message.payload.data(), message.payload.size());
    line.push_back('\n');
    std::string_view left = line;
    while (!left.empty()) {
      const ssize_t written = ::write(fd_, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;  // nowhere is left to tell of it
      left.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void flush_() override {}

 private:
  void close_owned() {
    if (owned_ && fd_ >= 0) ::close(fd_);
  }

  int fd_;
  bool owned_;
};

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// The descriptor, or -1 and errno.
int open_file(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

LogError cannot_open(const std::string& path, int why) {
  return {
      fmt::format("cannot open the log file {}: {}; make its folder writable to this user, or "
                  "set [log] to",
                  path, std::strerror(why))};
}

}  // namespace

struct DaemonLog::State {
  State(const Options& options, std::string file, std::shared_ptr<DescriptorSink> lines)
      : path(std::move(file)),
        sink(std::move(lines)),
        logger("gatewayd", sink),
        journald(options.journald_socket),
        to_journald(options.to == kJournald),
        format(options.format) {
    logger.set_level(to_spdlog(options.level));
  }

  std::mutex path_mutex;
  std::string path;  // empty: stderr or journald
  std::shared_ptr<DescriptorSink> sink;
  spdlog::logger logger;
  Journald journald;
  std::atomic<bool> to_journald;
  std::atomic<Format> format;
};

Result<std::unique_ptr<DaemonLog>, LogError> DaemonLog::open(const Options& options) {
  const bool to_stderr = options.to == kJournald || options.to == "stderr";
  const int fd = to_stderr ? STDERR_FILENO : open_file(options.to);
  if (fd < 0) return cannot_open(options.to, errno);
  auto sink = std::make_shared<DescriptorSink>(fd, !to_stderr);
  auto state = std::make_unique<State>(options, to_stderr ? std::string() : options.to, sink);
  return std::unique_ptr<DaemonLog>(new DaemonLog(std::move(state)));
}

DaemonLog::DaemonLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
DaemonLog::~DaemonLog() = default;

void DaemonLog::write(Level level, std::string_view message, Fields fields) {
  if (!state_->logger.should_log(to_spdlog(level))) return;
  if (state_->to_journald) {
    state_->journald.send(level, message, fields);
    return;
  }
  const std::string line =
      log_line(state_->format, SystemClock().unix_now(), level, message, fields);
  state_->logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void DaemonLog::set_level(Level level) {
  state_->logger.set_level(to_spdlog(level));
}

void DaemonLog::set_format(Format format) {
  state_->format = format;
}

Result<bool, LogError> DaemonLog::redirect(const std::string& to) {
  const bool to_stderr = to == kJournald || to == "stderr";
  const int fd = to_stderr ? STDERR_FILENO : open_file(to);
  if (fd < 0) return cannot_open(to, errno);
  const std::lock_guard lock(state_->path_mutex);
  state_->sink->replace(fd, !to_stderr);
  state_->path = to_stderr ? std::string() : to;
  state_->to_journald = to == kJournald;
  return true;
}

Result<bool, LogError> DaemonLog::reopen() {
  std::string path;
  {
    const std::lock_guard lock(state_->path_mutex);
    path = state_->path;
  }
  return path.empty() ? Result<bool, LogError>(true) : redirect(path);
}

}  // namespace gateway::journal
