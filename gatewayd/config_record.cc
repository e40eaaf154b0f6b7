// The history of the configuration: what is written to it, and what is read of it.
#include "shared/control/config_record.h"

#include <fmt/format.h>

#include "gatewayd/config_changes.h"
#include "gatewayd/daemon.h"
#include "shared/config/mask.h"
#include "shared/config/source_files.h"

namespace gateway {

using config::SourceFile;
using control::Refusal;

namespace {

constexpr char kNotWritten[] =
    "the history of the config cannot be written: a change there is not up to date";

std::vector<SourceFile> to_files(const std::vector<store::ConfigText>& texts) {
  std::vector<SourceFile> files;
  for (const store::ConfigText& text : texts) files.push_back({text.path, text.text});
  return files;
}

}  // namespace

std::string ConfigChanges::store_path() const {
  const journal::Journal* journal = daemon_.request_log();
  return journal == nullptr ? std::string() : journal->path();
}

Refusal ConfigChanges::unreadable(const store::QueryError& why) {
  return {503, why.message};
}

Result<store::ConfigHistory, Refusal> ConfigChanges::open_history() const {
  if (store_path().empty()) return Refusal{404, "no history is kept: store.path is not set"};
  auto history = store::ConfigHistory::open(store_path());
  if (!history) return Refusal{503, history.error().message};
  return std::move(*history);
}

// The history names files from the main one's folder, so that it holds when that is moved.
std::vector<store::ConfigText> ConfigChanges::to_texts(const std::vector<SourceFile>& files) const {
  const std::string folder = config::folder_prefix(config_path_);
  std::vector<store::ConfigText> texts;
  for (const SourceFile& file : files) {
    const bool is_below = file.path.starts_with(folder);
    texts.push_back({is_below ? file.path.substr(folder.size()) : file.path, file.text});
  }
  return texts;
}

Result<control::ConfigHistoryList, Refusal> ConfigChanges::history(std::size_t limit,
                                                                   std::int64_t before) {
  auto history = open_history();
  if (!history) return history.error();
  auto changes = history->changes(limit, before);
  if (!changes) return unreadable(changes.error());
  return control::ConfigHistoryList{daemon_.applied()->snapshot->revision, std::move(*changes)};
}

Result<control::ConfigRevision, Refusal> ConfigChanges::revision(std::uint32_t number,
                                                                 std::int64_t change) {
  auto history = open_history();
  if (!history) return history.error();
  const auto row = number > 0 ? history->revision(number) : history->change(change);
  if (!row) return unreadable(row.error());
  if (!*row) {
    return Refusal{404, number > 0 ? fmt::format("the history has no revision {}", number)
                                   : fmt::format("the history has no attempt x{}", change)};
  }
  control::ConfigRevision found{**row, {}, {}};
  auto files = history->files(found.change.id);
  if (!files) return unreadable(files.error());
  found.files = std::move(*files);
  const auto parent = history->revision(found.change.parent);
  if (parent && *parent && found.change.verdict != store::ConfigVerdict::rejected) {
    const auto texts = history->files((*parent)->id);
    if (texts) found.changes = changes_between(to_files(*texts), to_files(found.files));
  }
  for (store::ConfigText& file : found.files) config::mask_secrets(file.text);
  return found;
}

// A history that cannot be written holds up no change: it is said, and the change goes on.
std::int64_t ConfigChanges::record(store::ConfigChange change,
                                   const std::vector<SourceFile>& files) {
  if (store_path().empty()) return 0;
  change.time = SystemClock().unix_now();
  const journal::WriteTurns::Brief turn(daemon_.request_log()->turns());
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
  const journal::WriteTurns::Brief turn(daemon_.request_log()->turns());
  auto history = store::ConfigHistory::open(store_path());
  if (history && history->settle(id, verdict, revision, reason).ok()) return;
  log_.about(journal::Category::store).warning(kNotWritten);
}

void ConfigChanges::note_way_back() {
  std::string why;
  if (auto way = find_way_back(config_path_, why); way && way->returned) {
    settle(way->change, store::ConfigVerdict::rolled_back, 0, "it was not confirmed in time");
    forget_way_back(config_path_);
  } else if (way && !way->writing) {
    set_pending(way);
  }
  if (!why.empty()) log_.warning(why);
}

void ConfigChanges::note_start(const std::string& cause) {
  note_way_back();
  auto history = open_history();
  if (!history) return;
  const auto rows = history->changes(store::kMaxConfigChanges);
  if (!rows) return;
  const auto applied = daemon_.applied();
  const control::RecordedConfig serving{applied->sha256, applied->by, applied->snapshot->revision};
  bool is_adopted = false;
  for (const control::Settlement& left : control::settle_left(*rows, serving)) {
    if (!history->settle(left.id, left.verdict, left.revision, left.reason)) {
      log_.about(journal::Category::store).warning(kNotWritten);
      break;
    }
    is_adopted |= left.verdict == store::ConfigVerdict::live;
  }
  if (is_adopted) return;
  if (auto row = control::record_start(*rows, serving, cause)) {
    record(std::move(*row), applied->snapshot->config.files);
  }
}

void ConfigChanges::note_reload(const std::string& by, const control::ReloadVerdict& verdict,
                                const ReadConfig& read) {
  if (read.files.empty()) return;
  auto history = open_history();
  if (!history) return;
  const auto rows = history->changes(store::kMaxConfigChanges);
  if (!rows) return;
  auto row = control::record_reload(*rows, {read.sha256, by, verdict.revision}, verdict);
  if (row) record(std::move(*row), read.files);
}

}  // namespace gateway
