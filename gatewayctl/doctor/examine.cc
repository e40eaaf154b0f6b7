#include "gatewayctl/doctor/examine.h"

#include <fmt/format.h>

#include <algorithm>

#include "gatewayctl/doctor/judge.h"
#include "gatewayctl/doctor/look.h"

namespace gateway::ctl::doctor {
namespace {

Finding judge_config(const std::string& path, const config::Diagnostics& found) {
  const std::string next = "gatewayctl validate " + path;
  const auto counted = [](std::size_t count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  if (found.errors() > 0) {
    const auto first =
        std::ranges::find(found.items, config::Severity::error, &config::Diagnostic::severity);
    return {State::fail, "config",
            fmt::format("{} has {}, the first: {}; nothing else can be looked at", path,
                        counted(found.errors(), "error"), first->message),
            next};
  }
  if (found.warnings() > 0) {
    return {State::warn, "config",
            fmt::format("{} is valid, with {}", path, counted(found.warnings(), "warning")), next};
  }
  return {State::ok, "config", path + " is valid", {}};
}

}  // namespace

Findings examine(const std::string& config_path, const config::Loaded& loaded, const Runner& runner,
                 UnixMicros now) {
  Findings findings{judge_config(config_path, loaded.diagnostics)};
  if (!loaded.config) return findings;
  const config::Config& config = *loaded.config;
  const auto daemon = daemon_at(config.control.socket);

  findings.push_back(judge(look_at_descriptors(config.gateway, daemon)));
  for (const Port& port : look_at_ports(config, runner, daemon)) findings.push_back(judge(port));
  for (Finding& finding : judge(look_at_kernel(config))) findings.push_back(std::move(finding));
  for (const Place& place : look_at_places(config, config_path)) {
    findings.push_back(judge(place, runner));
  }
  if (!config.store.path.empty()) {
    findings.push_back(judge(look_at_disk(config.store)));
    findings.push_back(judge(look_at_store(config.store, kStorePatience)));
  }
  findings.push_back(judge(look_at_clock(config_path, config.store, now)));
  for (const Name& name : look_up_names(config, kNamePatience)) findings.push_back(judge(name));
  for (const Expiry& expiry : look_at_expiries(config)) findings.push_back(judge(expiry, now));
  return findings;
}

}  // namespace gateway::ctl::doctor
