#include "shared/control/config_record.h"

#include <algorithm>

namespace gateway::control {
namespace {

using store::ConfigChange;
using store::ConfigVerdict;

// The newest that came to have a number; null: none did.
const ConfigChange* last_served(const std::vector<ConfigChange>& rows) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [](const ConfigChange& row) { return row.revision != 0; });
  return found == rows.end() ? nullptr : &*found;
}

bool is_recorded(const std::vector<ConfigChange>& rows, const RecordedConfig& config) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const ConfigChange& row) {
    return row.revision == config.revision;
  });
  return found != rows.end() && found->sha256 == config.sha256;
}

}  // namespace

std::vector<Settlement> settle_left(const std::vector<ConfigChange>& rows,
                                    const RecordedConfig& serving) {
  std::vector<Settlement> settled;
  bool adopted = false;
  for (const ConfigChange& row : rows) {
    if (row.verdict != ConfigVerdict::pending) continue;
    if (!adopted && row.sha256 == serving.sha256) {
      adopted = true;
      settled.push_back({row.id, ConfigVerdict::live, serving.revision, ""});
    } else {
      settled.push_back({row.id, ConfigVerdict::rejected, 0, "gatewayd ended before it served"});
    }
  }
  return settled;
}

std::optional<ConfigChange> record_start(const std::vector<ConfigChange>& rows,
                                         const RecordedConfig& serving, const std::string& cause) {
  const ConfigChange* last = last_served(rows);
  if (last != nullptr && last->sha256 == serving.sha256 && last->verdict == ConfigVerdict::live) {
    return std::nullopt;
  }
  ConfigChange row;
  row.revision = serving.revision;
  row.parent = last == nullptr ? 0 : last->revision;
  row.sha256 = serving.sha256;
  row.by = serving.by;
  row.cause = cause;
  row.verdict = ConfigVerdict::live;
  return row;
}

std::optional<ConfigChange> record_reload(const std::vector<ConfigChange>& rows,
                                          const RecordedConfig& read,
                                          const ReloadVerdict& verdict) {
  if (!rows.empty() && rows.front().sha256 == read.sha256 &&
      (rows.front().verdict == ConfigVerdict::live) == verdict.accepted) {
    return std::nullopt;
  }
  if (verdict.accepted && is_recorded(rows, read)) return std::nullopt;
  ConfigChange row;
  row.sha256 = read.sha256;
  row.by = read.by;
  row.cause = "reload";
  if (verdict.accepted) {
    const ConfigChange* last = last_served(rows);
    row.revision = verdict.revision;
    row.parent = last == nullptr ? 0 : last->revision;
    row.verdict = ConfigVerdict::live;
  } else {
    row.parent = verdict.revision;
    row.verdict = ConfigVerdict::rejected;
    row.reason = verdict.message;
  }
  return row;
}

}  // namespace gateway::control
