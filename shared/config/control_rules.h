#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/config/load.h"
#include "shared/config/report.h"
#include "shared/config/setting.h"

namespace gateway::config {

class CheckedTable;

// What a caller of the control API may do; each may all that those before it may.
enum class ControlRole : std::uint8_t {
  viewer,    // look
  operates,  // "operator": reload and move breakers, which leaves the configuration as it is
  admin,     // change the configuration
};

struct ControlToken {
  std::string name;  // of its holder
  ControlRole role = ControlRole::viewer;
  std::string sha256;  // 64 hexadecimal digits
  Place place;
};

// Who may come in to the control API, and what it may write: [control] but for its socket. Only the
// control API needs it, and so it stands apart from Config.
struct ControlRules {
  std::string host;  // over TCP: an IP address, without brackets; empty: not over TCP
  std::uint16_t port = 0;
  Place listen_place;
  std::vector<Setting<std::string>> hosts;  // names that it may be called by
  std::vector<ControlToken> tokens;
  Setting<std::string> managed_file;  // path of what the API writes; empty: none
};

// `root` of a whole document; `main_file`: where its main file stands, for relative paths.
ControlRules build_control_rules(const CheckedTable& root, const std::string& main_file);

// What must hold between its keys.
void check_control(const ControlRules& rules, Report& report);

// Those of a config that serves; `files` as in Config::files.
ControlRules read_control_rules(const std::vector<SourceFile>& files,
                                const Environment& environment);

}  // namespace gateway::config
