#include "gatewayd/journal/daemon_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <mutex>

#include "gatewayd/journal/journald.h"
#include "gatewayd/journal/line_queue.h"
#include "gatewayd/journal/log_line.h"
#include "shared/base/clock.h"

namespace gateway::journal {
namespace {

constexpr std::string_view kJournald = "journald";
constexpr milliseconds kFlush{1000};

bool is_file(std::string_view to) {
  return to != kJournald && to != "stderr";
}

Result<Outlet, LogError> open_target(const std::string& to) {
  if (!is_file(to)) return Outlet(STDERR_FILENO, /*owned=*/false);
  return Outlet::open_file(to, "[log] to");
}

}  // namespace

struct DaemonLog::State {
  State(const Options& options, Outlet outlet)
      : path(is_file(options.to) ? options.to : std::string()),
        lines(std::move(outlet), options.queue),
        journald(options.journald_socket),
        to_journald(options.to == kJournald),
        format(options.format) {
    set(options.levels);
  }

  void set(const Levels& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      levels[i].store(wanted[i], std::memory_order_relaxed);
    }
  }

  // Once there is room again, what is missing is told before the next line.
  void add(std::string line) {
    line += '\n';
    const std::uint64_t lost = lines.dropped();
    std::uint64_t told = told_dropped.load(std::memory_order_relaxed);
    if (lost == told || !told_dropped.compare_exchange_strong(told, lost)) {
      lines.add(line);
      return;
    }
    const std::string missing = log_line(
        format, SystemClock().unix_now(), Category::system, Level::warning,
        fmt::format("{} lines of the log were dropped here: its target is slow", lost - told), {});
    if (!lines.add(missing + "\n" + line)) told_dropped = told;
  }

  std::mutex path_mutex;
  std::string path;  // empty: stderr or journald
  LineQueue lines;
  Journald journald;
  std::atomic<bool> to_journald;
  std::atomic<Format> format;
  std::array<std::atomic<Level>, kCategoryNames.size()> levels;
  std::atomic<std::uint64_t> told_dropped{0};
};

Result<std::unique_ptr<DaemonLog>, LogError> DaemonLog::open(const Options& options) {
  auto outlet = open_target(options.to);
  if (!outlet.ok()) return outlet.error();
  auto state = std::make_unique<State>(options, std::move(*outlet));
  return std::unique_ptr<DaemonLog>(new DaemonLog(std::move(state)));
}

DaemonLog::DaemonLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
DaemonLog::~DaemonLog() = default;

bool DaemonLog::wants(Category category, Level level) const {
  const auto& least = state_->levels[static_cast<std::size_t>(category)];
  return level >= least.load(std::memory_order_relaxed);
}

void DaemonLog::write(Category category, Level level, std::string_view message, Fields fields) {
  if (!wants(category, level)) return;
  if (state_->to_journald) {
    state_->journald.send(category, level, message, fields);
    return;
  }
  state_->add(log_line(state_->format, SystemClock().unix_now(), category, level, message, fields));
}

void DaemonLog::set_levels(const Levels& levels) {
  state_->set(levels);
}

void DaemonLog::set_format(Format format) {
  state_->format = format;
}

Result<bool, LogError> DaemonLog::redirect(const std::string& to) {
  auto outlet = open_target(to);
  if (!outlet.ok()) return outlet.error();
  const std::lock_guard lock(state_->path_mutex);
  state_->lines.replace(std::move(*outlet));
  state_->path = is_file(to) ? to : std::string();
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

void DaemonLog::flush() {
  state_->lines.flush(kFlush);
}

std::uint64_t DaemonLog::dropped() const {
  return state_->lines.dropped() + state_->journald.dropped();
}

}  // namespace gateway::journal
