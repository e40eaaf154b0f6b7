#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/config/diff.h"
#include "shared/control/messages.h"
#include "shared/control/pending_change.h"
#include "shared/store/config_history.h"

namespace gateway::control {

// What the control API and gatewayctl say to each other about changes of the configuration.

inline constexpr char kConfigDiffPath[] = "/api/v1/gateway/config/diff";          // POST
inline constexpr char kConfigApplyPath[] = "/api/v1/gateway/config/apply";        // POST
inline constexpr char kConfigConfirmPath[] = "/api/v1/gateway/config/confirm";    // POST
inline constexpr char kConfigDriftPath[] = "/api/v1/gateway/config/drift";        // GET
inline constexpr char kConfigHistoryPath[] = "/api/v1/gateway/config/history";    // GET
inline constexpr char kConfigRevisionPath[] = "/api/v1/gateway/config/revision";  // GET

// Longest body of a call that brings a config: a file of the largest size, escaped.
inline constexpr std::size_t kMaxConfigBody = std::size_t{20} << 20;

// A config to compare or to apply: a text that is to be the main file, or a revision of the
// history. What a text includes is found from the folder of the live config.
struct ConfigSource {
  std::string name;                       // what messages call the text: "candidate.toml"
  std::optional<std::string> text;        // none: a revision
  std::optional<std::uint32_t> revision;  // 0: the one before the one that serves
};

// How a config differs from what serves. Nothing of it is secret.
struct ConfigDiff {
  std::string from;  // "running (revision 41)"
  std::string to;    // "candidate.toml", "revision 40"
  std::uint32_t revision = 0;
  std::string path;         // the live config's main file
  std::string disk_sha256;  // of the text that stands there; empty: it cannot be read
  std::string sha256;       // of all texts compared with
  // Files whose text is not that of the running config, whatever the difference: see drift.
  std::vector<std::string> files;
  // The main file holds edits that do not serve, and are not what was asked about.
  bool has_edits = false;
  bool valid = false;
  std::string message;            // not valid: the first error in short
  std::string report;             // findings as people read them, without colour
  std::string diagnostics_json;   // the same as config::render_json; nested in JSON
  std::uint32_t of_revision = 0;  // a revision was asked about: its number
  std::vector<config::Change> changes;
};

struct ApplyRequest {
  ConfigSource source;
  std::string message;
  // What a diff showed: refused when it has changed since. Empty or 0: not asked.
  std::uint32_t expect_revision = 0;
  std::string expect_disk_sha256;
  std::string expect_sha256;
  std::optional<milliseconds> confirm;  // goes back after this time, unless confirmed
  std::string guard;                    // see decision::parse_guard; empty: none
};
inline constexpr milliseconds kMinConfirm = std::chrono::seconds(1);
inline constexpr milliseconds kMaxConfirm = std::chrono::hours(24);
inline constexpr std::size_t kMaxApplyMessage = store::kMaxConfigMessage;

struct ApplyVerdict {
  ReloadVerdict reload;
  std::optional<PendingChange> pending;
};

struct ConfirmVerdict {
  std::uint32_t revision = 0;
};

struct ConfigHistoryList {
  std::uint32_t revision = 0;  // the one that serves
  std::vector<store::ConfigChange> changes;
};

// One change with its texts, secrets masked, and how it differs from the revision before it.
struct ConfigRevision {
  store::ConfigChange change;
  std::vector<store::ConfigText> files;
  std::optional<std::vector<config::Change>> changes;  // none: a text is not kept, or not valid
};

void to_json(nlohmann::json& json, const ConfigDiff& diff);
void from_json(const nlohmann::json& json, ConfigDiff& diff);
void to_json(nlohmann::json& json, const ApplyVerdict& verdict);
void from_json(const nlohmann::json& json, ApplyVerdict& verdict);
void to_json(nlohmann::json& json, const ConfirmVerdict& verdict);
void from_json(const nlohmann::json& json, ConfirmVerdict& verdict);
void to_json(nlohmann::json& json, const ConfigHistoryList& list);
void from_json(const nlohmann::json& json, ConfigHistoryList& list);
void to_json(nlohmann::json& json, const ConfigRevision& revision);
void from_json(const nlohmann::json& json, ConfigRevision& revision);

struct MessageError {
  std::string message;
};

// Bodies of calls; what is wrong in one is said with the name of its field.
nlohmann::json to_document(const ConfigSource& source);
Result<ConfigSource, MessageError> parse_config_source(const std::string& body);
nlohmann::json to_document(const ApplyRequest& request);
Result<ApplyRequest, MessageError> parse_apply_request(const std::string& body);

}  // namespace gateway::control
