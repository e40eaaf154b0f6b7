#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/control/messages.h"
#include "shared/store/config_history.h"

namespace gateway::control {

// What the history of the configuration has to say of what happened. Decides and writes nothing;
// `rows` are the newest changes, newest first.

// The configuration that serves, or one that a reload read.
struct RecordedConfig {
  std::string sha256;
  std::string by;  // who asked for it
  std::uint32_t revision = 0;
};

// What becomes of a row that a crash left unsettled.
struct Settlement {
  std::int64_t id = 0;
  store::ConfigVerdict verdict = store::ConfigVerdict::rejected;
  std::uint32_t revision = 0;  // 0: it keeps its number
  const char* reason = "";
};

// Of all pending rows: the newest that says what serves now came to serve, the others did not.
std::vector<Settlement> settle_left(const std::vector<store::ConfigChange>& rows,
                                    const RecordedConfig& serving);

// The row of a start; none: what serves is the last that served.
std::optional<store::ConfigChange> record_start(const std::vector<store::ConfigChange>& rows,
                                                const RecordedConfig& serving,
                                                const std::string& cause);

// The row of a reload that nobody applied; none: it read what the last one did, or what serves.
// `read`: what it read, its revision that of the verdict.
std::optional<store::ConfigChange> record_reload(const std::vector<store::ConfigChange>& rows,
                                                 const RecordedConfig& read,
                                                 const ReloadVerdict& verdict);

}  // namespace gateway::control
