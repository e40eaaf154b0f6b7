#include "gatewayd/config_changes.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <utility>

#include "gatewayd/daemon.h"
#include "shared/config/files.h"
#include "shared/config/source_files.h"
#include "shared/decision/load.h"

namespace gateway {

using config::SourceFile;
using control::ConfigDiff;
using control::Refusal;

ConfigChanges::ConfigChanges(Daemon& daemon, std::string config_path, journal::DaemonLog& log)
    : daemon_(daemon), config_path_(std::move(config_path)), log_(log) {
  ::RAND_bytes(fingerprint_key_.data(), static_cast<int>(fingerprint_key_.size()));
}

Result<config::Candidate, Refusal> ConfigChanges::candidate_of(const control::ConfigSource& source,
                                                               std::uint32_t& number) const {
  if (source.text) return config::Candidate{source.name, *source.text, config_path_, {}, false};
  auto history = open_history();
  if (!history) return history.error();
  number = *source.revision;
  if (number == 0) {
    const auto serving = history->revision(daemon_.applied()->snapshot->revision);
    if (!serving) return unreadable(serving.error());
    if (!*serving || (*serving)->parent == 0) {
      return Refusal{404, "the history has no revision before the one that serves"};
    }
    number = (*serving)->parent;
  }
  const auto row = history->revision(number);
  if (!row) return unreadable(row.error());
  if (!*row) {
    return Refusal{
        404, fmt::format("the history has no revision {}; gatewayctl history lists them", number)};
  }
  auto texts = history->files((*row)->id);
  if (!texts) return unreadable(texts.error());
  if (texts->empty()) {
    return Refusal{404, fmt::format("the texts of revision {} are no longer kept", number)};
  }
  config::Candidate candidate{
      fmt::format("revision {}", number), (*texts)[0].text, config_path_, {}, false};
  for (std::size_t i = 1; i < texts->size(); ++i) {
    const std::string& path = (*texts)[i].path;
    candidate.included.push_back(
        {path.starts_with('/') ? path : config::folder_prefix(config_path_) + path,
         (*texts)[i].text});
  }
  return candidate;
}

std::vector<config::Change> ConfigChanges::changes_between(
    const std::vector<SourceFile>& from, const std::vector<SourceFile>& to) const {
  const auto environment = config::process_environment();
  const auto before = config::read_effective(from, environment);
  const auto after = config::read_effective(to, environment);
  if (!before || !after) return {};
  return config::diff(*before, *after, policy::Fingerprints(fingerprint_key_));
}

CheckedConfig ConfigChanges::check(config::Candidate candidate) const {
  const auto environment = config::process_environment();
  CheckedConfig checked{std::move(candidate), {}, {}};
  checked.loaded = decision::load(checked.candidate, environment);
  checked.keys = decision::load_keys_of(checked.loaded, environment);
  return checked;
}

ConfigDiff ConfigChanges::describe(const CheckedConfig& checked, std::uint32_t number,
                                   const Applied& running) const {
  const std::vector<SourceFile>& serving = running.snapshot->config.files;
  const config::Loaded& loaded = checked.loaded;
  ConfigDiff diff;
  diff.revision = running.snapshot->revision;
  diff.from = fmt::format("running (revision {})", diff.revision);
  diff.to = checked.candidate.name;
  diff.path = config_path_;
  diff.of_revision = number;
  if (const auto disk = config::read_file(config_path_)) {
    diff.disk_sha256 = digest({{config_path_, *disk}});
    diff.has_edits = *disk != serving.front().text && *disk != checked.candidate.text;
  }
  diff.valid = loaded.config.has_value();
  diff.message = config::first_error(loaded.diagnostics);
  diff.report = config::render_text(loaded.diagnostics, false);
  diff.diagnostics_json = config::render_json(loaded.diagnostics);
  if (diff.valid) diff.sha256 = digest(loaded.config->files);
  return diff;
}

// A revision is the texts that it had: what would be read beside them today is said, not taken.
std::optional<Refusal> ConfigChanges::refuse_foreign(const CheckedConfig& checked,
                                                     std::uint32_t number) {
  if (number == 0 || !checked.loaded.config) return std::nullopt;
  const std::string foreign = config::foreign_file(checked.candidate, checked.loaded.config->files);
  if (foreign.empty()) return std::nullopt;
  return Refusal{409,
                 fmt::format("{} is not part of revision {} and would be read with it: move it "
                             "away first",
                             foreign, number)};
}

Result<ConfigDiff, Refusal> ConfigChanges::compare(config::Candidate candidate,
                                                   std::uint32_t number) const {
  const CheckedConfig checked = check(std::move(candidate));
  if (auto refused = refuse_foreign(checked, number)) return *refused;
  const auto running = daemon_.applied();
  ConfigDiff diff = describe(checked, number, *running);
  if (!diff.valid) return diff;
  const std::vector<SourceFile>& serving = running->snapshot->config.files;
  diff.files = config::differing_files(serving, checked.loaded.config->files);
  diff.changes = changes_between(serving, checked.loaded.config->files);
  return diff;
}

Result<ConfigDiff, Refusal> ConfigChanges::diff(const control::ConfigSource& source) {
  std::uint32_t number = 0;
  auto candidate = candidate_of(source, number);
  if (!candidate) return candidate.error();
  return compare(std::move(*candidate), number);
}

Result<ConfigDiff, Refusal> ConfigChanges::drift() {
  auto text = config::read_file(config_path_);
  if (!text) {
    return Refusal{409, fmt::format("{} cannot be read: {}", config_path_, text.error().reason)};
  }
  return compare({config_path_, std::move(*text), config_path_, {}, false}, 0);
}

}  // namespace gateway
