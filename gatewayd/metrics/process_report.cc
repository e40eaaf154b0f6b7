#include "gatewayd/metrics/process_report.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace gateway::metrics {
namespace {

// Fields of /proc/self/stat from the third on (proc(5)), as the second may hold spaces.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream words(text.substr(end + 1));
  return {std::istream_iterator<std::string>(words), {}};
}

// When the machine started, in seconds since 1970.
std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return std::nullopt;
}

void report_memory(const std::vector<std::string>& fields, Families& families) {
  constexpr std::size_t kVirtual = 20;  // field 23, bytes
  constexpr std::size_t kResident = 21;
  if (fields.size() <= kResident) return;
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  Family::gauge("process_virtual_memory_bytes", "Virtual memory of the process.")
      .add({}, std::strtod(fields[kVirtual].c_str(), nullptr))
      .move_into(families);
  Family::gauge("process_resident_memory_bytes", "Resident memory of the process.")
      .add({}, std::strtod(fields[kResident].c_str(), nullptr) * page)
      .move_into(families);
}

void report_start(const std::vector<std::string>& fields, Families& families) {
  constexpr std::size_t kThreads = 17;  // field 20
  constexpr std::size_t kStart = 19;    // field 22, ticks since the machine started
  const auto boot = boot_time();
  if (fields.size() <= kStart || !boot) return;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  Family::gauge("process_threads", "Threads of the process.")
      .add({}, std::strtod(fields[kThreads].c_str(), nullptr))
      .move_into(families);
  Family::gauge("process_start_time_seconds", "When the process started, in Unix time.")
      .add({}, *boot + std::strtod(fields[kStart].c_str(), nullptr) / ticks)
      .move_into(families);
}

void report_descriptors(Families& families) {
  std::error_code failure;
  std::uint64_t open = 0;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", failure);
       !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    ++open;
  }
  if (failure || open == 0) return;
  Family::gauge("process_open_fds", "File descriptors that are open.")
      .add({}, open - 1)  // but for the one that listed them
      .move_into(families);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  Family::gauge("process_max_fds", "File descriptors that may be open.")
      .add({}, static_cast<double>(limit.rlim_cur))
      .move_into(families);
}

}  // namespace

void report_process(Families& families) {
  timespec cpu{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0) {
    Family::counter("process_cpu_seconds_total", "Processor time used, user and system together.")
        .add({}, static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9)
        .move_into(families);
  }
  const std::vector<std::string> fields = stat_fields();
  report_memory(fields, families);
  report_start(fields, families);
  report_descriptors(families);
}

}  // namespace gateway::metrics
