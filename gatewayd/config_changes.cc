#include "gatewayd/config_changes.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>

#include "gatewayd/daemon.h"
#include "shared/config/files.h"
#include "shared/config/mask.h"
#include "shared/decision/key_files.h"
#include "shared/decision/load.h"

namespace gateway {
namespace {

using config::SourceFile;
using control::ConfigDiff;
using control::Refusal;

std::string folder_prefix(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
}

// The files whose texts differ, and those that only one side has, by their names in `to`.
std::vector<std::string> differing(const std::vector<SourceFile>& from,
                                   const std::vector<SourceFile>& to) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < to.size(); ++i) {
    // The main files correspond whatever they are called.
    const auto same =
        i == 0 ? from.begin() : std::find_if(from.begin() + 1, from.end(), [&](const auto& file) {
          return file.path == to[i].path;
        });
    if (same == from.end() || same->text != to[i].text) names.push_back(to[i].path);
  }
  for (std::size_t i = 1; i < from.size(); ++i) {
    const bool gone = std::none_of(to.begin(), to.end(),
                                   [&](const auto& file) { return file.path == from[i].path; });
    if (gone) names.push_back(from[i].path);
  }
  return names;
}

Refusal nothing_kept() {
  return {404, "no history is kept: store.path is not set"};
}

Refusal unreadable(const std::string& why) {
  return {503, why};
}

}  // namespace

ConfigChanges::ConfigChanges(Daemon& daemon, std::string config_path, journal::DaemonLog& log)
    : daemon_(daemon), config_path_(std::move(config_path)), log_(log) {
  ::RAND_bytes(fingerprint_key_.data(), static_cast<int>(fingerprint_key_.size()));
}

std::string ConfigChanges::store_path() const {
  const journal::Journal* journal = daemon_.request_log();
  return journal == nullptr ? std::string() : journal->path();
}

// The history names files from the main one's folder, so that it holds when that is moved.
std::string ConfigChanges::stored_path(const std::string& path) const {
  const std::string folder = folder_prefix(config_path_);
  return path.starts_with(folder) ? path.substr(folder.size()) : path;
}

std::vector<store::ConfigText> ConfigChanges::to_texts(const std::vector<SourceFile>& files) const {
  std::vector<store::ConfigText> texts;
  for (const SourceFile& file : files) texts.push_back({stored_path(file.path), file.text});
  return texts;
}

Result<config::Candidate, Refusal> ConfigChanges::candidate_of(const control::ConfigSource& source,
                                                               std::uint32_t& number) const {
  if (source.text) return config::Candidate{source.name, *source.text, config_path_, {}, false};
  if (store_path().empty()) return nothing_kept();
  auto history = store::ConfigHistory::open(store_path());
  if (!history) return unreadable(history.error().message);
  number = *source.revision;
  if (number == 0) {
    const auto serving = history->revision(daemon_.applied()->snapshot->revision);
    if (!serving) return unreadable(serving.error().message);
    if (!*serving || (*serving)->parent == 0) {
      return Refusal{404, "the history has no revision before the one that serves"};
    }
    number = (*serving)->parent;
  }
  const auto row = history->revision(number);
  if (!row) return unreadable(row.error().message);
  if (!*row) {
    return Refusal{
        404, fmt::format("the history has no revision {}; gatewayctl history lists them", number)};
  }
  auto texts = history->files((*row)->id);
  if (!texts) return unreadable(texts.error().message);
  if (texts->empty()) {
    return Refusal{404, fmt::format("the texts of revision {} are no longer kept", number)};
  }
  config::Candidate candidate{
      fmt::format("revision {}", number), (*texts)[0].text, config_path_, {}, false};
  for (std::size_t i = 1; i < texts->size(); ++i) {
    const std::string& path = (*texts)[i].path;
    candidate.included.push_back(
        {path.starts_with('/') ? path : folder_prefix(config_path_) + path, (*texts)[i].text});
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

// A revision is the texts that it had: what would be read beside them today is said, not taken.
std::string ConfigChanges::foreign_file(const config::Candidate& candidate,
                                        const std::vector<SourceFile>& read) {
  for (std::size_t i = 1; i < read.size(); ++i) {
    const bool known =
        std::any_of(candidate.included.begin(), candidate.included.end(),
                    [&](const SourceFile& file) { return file.path == read[i].path; });
    if (!known) return read[i].path;
  }
  return {};
}

Result<ConfigDiff, Refusal> ConfigChanges::compare(const config::Candidate& candidate,
                                                   std::uint32_t number,
                                                   std::vector<SourceFile>* read) const {
  const auto running = daemon_.applied();
  const std::vector<SourceFile>& serving = running->snapshot->config.files;
  ConfigDiff diff;
  diff.revision = running->snapshot->revision;
  diff.from = fmt::format("running (revision {})", diff.revision);
  diff.to = candidate.name;
  diff.path = config_path_;
  diff.of_revision = number;
  if (const auto disk = config::read_file(config_path_)) {
    diff.disk_sha256 = digest({{config_path_, *disk}});
    diff.has_edits = *disk != serving.front().text && *disk != candidate.text;
  }
  const auto environment = config::process_environment();
  config::Loaded loaded = decision::load(candidate, environment);
  decision::load_keys_of(loaded, environment);
  diff.valid = loaded.config.has_value();
  diff.message = config::first_error(loaded.diagnostics);
  diff.report = config::render_text(loaded.diagnostics, false);
  diff.diagnostics_json = config::render_json(loaded.diagnostics);
  if (!diff.valid) return diff;
  const std::vector<SourceFile>& files = loaded.config->files;
  if (const std::string foreign = number > 0 ? foreign_file(candidate, files) : "";
      !foreign.empty()) {
    return Refusal{409, fmt::format("{} is not part of revision {} and would be read with it: move "
                                    "it away first",
                                    foreign, number)};
  }
  diff.sha256 = digest(files);
  diff.files = differing(serving, files);
  diff.changes = changes_between(serving, files);
  if (read != nullptr) {
    *read = files;
    read->front().path = config_path_;
  }
  return diff;
}

Result<ConfigDiff, Refusal> ConfigChanges::diff(const control::ConfigSource& source) {
  std::uint32_t number = 0;
  const auto candidate = candidate_of(source, number);
  if (!candidate) return candidate.error();
  return compare(*candidate, number);
}

Result<ConfigDiff, Refusal> ConfigChanges::drift() {
  auto text = config::read_file(config_path_);
  if (!text) {
    return Refusal{409, fmt::format("{} cannot be read: {}", config_path_, text.error().reason)};
  }
  return compare({config_path_, std::move(*text), config_path_, {}, false}, 0);
}

Result<control::ConfigHistoryList, Refusal> ConfigChanges::history(std::size_t limit,
                                                                   std::int64_t before) {
  if (store_path().empty()) return nothing_kept();
  auto history = store::ConfigHistory::open(store_path());
  if (!history) return unreadable(history.error().message);
  auto changes = history->changes(limit, before);
  if (!changes) return unreadable(changes.error().message);
  return control::ConfigHistoryList{daemon_.applied()->snapshot->revision, std::move(*changes)};
}

Result<control::ConfigRevision, Refusal> ConfigChanges::revision(std::uint32_t number,
                                                                 std::int64_t change) {
  if (store_path().empty()) return nothing_kept();
  auto history = store::ConfigHistory::open(store_path());
  if (!history) return unreadable(history.error().message);
  const auto row = number > 0 ? history->revision(number) : history->change(change);
  if (!row) return unreadable(row.error().message);
  if (!*row) {
    return Refusal{404, number > 0 ? fmt::format("the history has no revision {}", number)
                                   : fmt::format("the history has no attempt x{}", change)};
  }
  control::ConfigRevision found{**row, {}, {}};
  auto files = history->files(found.change.id);
  if (!files) return unreadable(files.error().message);
  found.files = std::move(*files);
  const auto parent = history->revision(found.change.parent);
  if (parent && *parent && found.change.verdict != store::ConfigVerdict::rejected) {
    const auto texts = history->files((*parent)->id);
    std::vector<SourceFile> from;
    std::vector<SourceFile> to;
    if (texts) {
      for (const auto& file : *texts) from.push_back({file.path, file.text});
    }
    for (const auto& file : found.files) to.push_back({file.path, file.text});
    const auto environment = config::process_environment();
    const auto before = config::read_effective(from, environment);
    const auto after = config::read_effective(to, environment);
    if (before && after) {
      found.changes = config::diff(*before, *after, policy::Fingerprints(fingerprint_key_));
    }
  }
  for (store::ConfigText& file : found.files) config::mask_secrets(file.text);
  return found;
}

// A history that cannot be written holds up no change: it is said, and the change goes on.
std::int64_t ConfigChanges::record(store::ConfigChange change,
                                   const std::vector<SourceFile>& files) {
  if (store_path().empty()) return 0;
  change.time = SystemClock().unix_now();
  auto history = store::ConfigHistory::open(store_path());
  std::string why;
  if (history) {
    const auto id = history->add(change, to_texts(files));
    if (id) return *id;
    why = id.error().message;
  } else {
    why = history.error().message;
  }
  log_.about(journal::Category::store)
      .warning(fmt::format("the history of the config lacks a change: {}", why));
  return 0;
}

void ConfigChanges::settle(std::int64_t id, store::ConfigVerdict verdict, std::uint32_t revision,
                           const std::string& reason) {
  if (id == 0 || store_path().empty()) return;
  auto history = store::ConfigHistory::open(store_path());
  if (history && history->settle(id, verdict, revision, reason).ok()) return;
  log_.about(journal::Category::store)
      .warning("the history of the config cannot be written: a change there is not up to date");
}

namespace {

// What a crash left unsettled: it came to serve if it is what serves now.
bool settle_left(store::ConfigHistory& history, const Applied& applied) {
  bool adopted = false;
  const auto rows = history.changes(store::kMaxConfigChanges);
  if (!rows) return false;
  for (const store::ConfigChange& row : *rows) {
    if (row.verdict != store::ConfigVerdict::pending) continue;
    const bool serves = !adopted && row.sha256 == applied.sha256;
    adopted = adopted || serves;
    const auto settled =
        serves ? history.settle(row.id, store::ConfigVerdict::live, applied.snapshot->revision, "")
               : history.settle(row.id, store::ConfigVerdict::rejected, 0,
                                "gatewayd ended before it served");
    if (!settled) return adopted;
  }
  return adopted;
}

}  // namespace

void ConfigChanges::note_start(const std::string& cause) {
  std::string why;
  if (auto way = find_way_back(config_path_, why); way && way->returned) {
    settle(way->change, store::ConfigVerdict::rolled_back, 0, "it was not confirmed in time");
    forget_way_back(config_path_);
  } else if (way && !way->writing) {
    set_pending(way);
  }
  if (!why.empty()) log_.warning(why);
  if (store_path().empty()) return;
  const auto applied = daemon_.applied();
  std::uint32_t parent = 0;
  if (auto history = store::ConfigHistory::open(store_path())) {
    if (settle_left(*history, *applied)) return;
    const auto rows = history->changes(store::kMaxConfigChanges);
    if (!rows) return;
    for (const store::ConfigChange& row : *rows) {
      if (row.revision == 0) continue;
      if (row.sha256 == applied->sha256 && row.verdict == store::ConfigVerdict::live) return;
      parent = row.revision;
      break;
    }
  }
  record({.revision = applied->snapshot->revision,
          .parent = parent,
          .sha256 = applied->sha256,
          .by = applied->by,
          .cause = cause,
          .verdict = store::ConfigVerdict::live},
         applied->snapshot->config.files);
}

void ConfigChanges::note_reload(const std::string& by, const control::ReloadVerdict& verdict,
                                const ReadConfig& read) {
  if (read.files.empty() || store_path().empty()) return;
  auto history = store::ConfigHistory::open(store_path());
  if (!history) return;
  const auto last = history->changes(1);
  if (!last) return;
  // Reading the same again is no change.
  if (!last->empty() && last->front().sha256 == read.sha256 &&
      (last->front().verdict == store::ConfigVerdict::live) == verdict.accepted) {
    return;
  }
  const auto serving =
      verdict.accepted
          ? history->revision(verdict.revision)
          : Result<std::optional<store::ConfigChange>, store::QueryError>(std::nullopt);
  if (serving && *serving && (*serving)->sha256 == read.sha256) return;
  std::uint32_t parent = verdict.accepted ? 0 : verdict.revision;
  if (const auto rows = history->changes(store::kMaxConfigChanges); rows && verdict.accepted) {
    for (const store::ConfigChange& row : *rows) {
      if (row.revision > 0) {
        parent = row.revision;
        break;
      }
    }
  }
  record({.revision = verdict.accepted ? verdict.revision : 0,
          .parent = parent,
          .sha256 = read.sha256,
          .by = by,
          .cause = "reload",
          .verdict = verdict.accepted ? store::ConfigVerdict::live : store::ConfigVerdict::rejected,
          .reason = verdict.accepted ? std::string() : verdict.message},
         read.files);
}

}  // namespace gateway
