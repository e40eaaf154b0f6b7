#include <fmt/format.h>

#include <sstream>

#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/views.h"
#include "shared/config/visible_text.h"

namespace gateway::ctl {
namespace {

// The new program's own report, line by line.
std::string lines_of(const std::string& report) {
  std::string out;
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) out += config::visible(line) + "\n";
  return out;
}

}  // namespace

std::string render_upgrade(const control::UpgradeVerdict& verdict) {
  if (!verdict.accepted) {
    return fmt::format("{}rejected: {}\ngatewayd {} (process {}) goes on serving\n",
                       lines_of(verdict.report), config::visible(verdict.message),
                       config::visible(verdict.before_version), verdict.process);
  }
  std::string out = fmt::format("gatewayd {} (process {}) serves\n",
                                config::visible(verdict.version), verdict.process);
  if (verdict.connections > 0) {
    out += fmt::format("  draining: gatewayd {} (process {}), {} connection{}, for at most {} s\n",
                       config::visible(verdict.before_version), verdict.before_process,
                       format_count(verdict.connections), verdict.connections == 1 ? "" : "s",
                       verdict.drain_timeout_ms / 1000);
  }
  return out;
}

}  // namespace gateway::ctl
