#include <fmt/format.h>

#include <optional>

#include "gatewayd/config_changes.h"
#include "gatewayd/config_edit.h"
#include "gatewayd/config_guard.h"
#include "gatewayd/daemon.h"
#include "shared/config/files.h"
#include "shared/config/source_files.h"
#include "shared/config/write_file.h"

namespace gateway {

using config::SourceFile;
using control::Refusal;

// How long a guard watches a change that needs no confirmation.
constexpr seconds kGuardFor{300};

// Writes a candidate's files before the reload, and settles what became of it.
class ApplySteps final : public ReloadSteps {
 public:
  // `edit`: what makes the candidate, in the place of the request's source; or null.
  ApplySteps(ConfigChanges& changes, const control::ApplyRequest& request, const std::string& by,
             const control::ObjectEdit* edit = nullptr)
      : changes_(changes), request_(request), by_(by), edit_(edit) {}

  // What the edit makes of `on`, so that it is not read and checked twice.
  void start_from(CheckedConfig checked, std::shared_ptr<const Applied> on) {
    checked_ = std::move(checked);
    checked_on_ = std::move(on);
  }

  std::string before(control::ReloadVerdict& verdict) override {
    if (!check(verdict)) return verdict.message;
    for (SourceFile& file : files_to_write()) {
      const auto written = config::write_file(file.path, file.text);
      wrote_ = true;
      if (written.ok() || written.error().replaced) continue;
      return fmt::format("{} cannot be written: {}{}", file.path, written.error().reason,
                         what_to_do());
    }
    return "";
  }

  std::optional<CheckedConfig> take_written() override {
    // From now on the candidate's main file is called as it is on the disk.
    checked_->loaded.config->files.front().path = changes_.config_path_;
    checked_->loaded.diagnostics.files.front().path = changes_.config_path_;
    return std::move(checked_);
  }

  void after(control::ReloadVerdict& verdict, const ReadConfig& read) override {
    verdict.accepted = verdict.message.empty();
    const std::uint32_t revision = changes_.daemon_.applied()->snapshot->revision;
    if (!verdict.accepted) return undo(verdict);
    changes_.settle(row_, store::ConfigVerdict::live, revision, "");
    if (const auto waited = changes_.way()) {
      changes_.settle(waited->change, store::ConfigVerdict::rolled_back, 0,
                      fmt::format("rolled back by {}", by_));
    }
    if (read.sha256 != sha256_) {
      changes_.log_.warning(fmt::format("{} was changed by another program while it was replaced",
                                        changes_.config_path_));
    }
    if (!request_.confirm && !guard_) {
      forget_way_back(changes_.config_path_);
      changes_.set_pending(std::nullopt);
      return;
    }
    const UnixMicros now = SystemClock().unix_now();
    way_.writing = false;
    way_.revision = revision;
    way_.change = row_;
    way_.files.clear();
    for (const SourceFile& file : serving_) way_.files.push_back({file.path, file.text});
    if (request_.confirm) way_.until = now + microseconds(*request_.confirm).count();
    if (guard_ && !request_.confirm) way_.guarded_until = now + microseconds(kGuardFor).count();
    if (const std::string why = keep(way_, changes_.config_path_); !why.empty()) {
      // The file from before the write is still there and says the same, but for its time.
      changes_.log_.error(fmt::format("a restart will take the change back: {}", why));
    }
    changes_.set_pending(way_);
    pending_ = true;
  }

  std::optional<Refusal> refusal() const { return refusal_; }
  bool is_pending() const { return pending_; }

 private:
  // All that may be refused before anything is written.
  bool check(control::ReloadVerdict& verdict) {
    const auto applied = changes_.daemon_.applied();
    serving_ = applied->snapshot->config.files;
    way_.back_to = applied->snapshot->revision;
    if (const auto way = changes_.way(); way && !request_.source.revision) {
      return refuse(verdict,
                    fmt::format("revision {} still waits to be kept: gatewayctl confirm, or "
                                "gatewayctl rollback, comes first",
                                way->revision));
    }
    if (request_.expect_revision != 0 && request_.expect_revision != way_.back_to) {
      return refuse(verdict, fmt::format("the gateway runs revision {} by now, not {}: look at the "
                                         "diff again",
                                         way_.back_to, request_.expect_revision));
    }
    std::uint32_t number = 0;
    if (auto why = make_candidate(*applied, number)) return refuse(verdict, std::move(*why));
    const control::ConfigDiff diff = changes_.describe(*checked_, number, *applied);
    if (!request_.expect_disk_sha256.empty() && request_.expect_disk_sha256 != diff.disk_sha256) {
      return refuse(verdict,
                    fmt::format("{} was changed since the diff was shown: look at the diff "
                                "again",
                                changes_.config_path_));
    }
    verdict.diagnostics_json = diff.diagnostics_json;
    verdict.message = diff.message;
    if (!diff.valid) return reject(number);
    if (!request_.expect_sha256.empty() && request_.expect_sha256 != diff.sha256) {
      return refuse(verdict,
                    "a file that the config includes was changed since the diff was "
                    "shown: look at the diff again");
    }
    sha256_ = diff.sha256;
    if (!prepare_guard(verdict)) return false;
    if (diff.has_edits) keep_edits();
    begin(number);
    return keep_way_back(verdict);
  }

  // Makes checked_ and written_. Why there is none.
  std::optional<Refusal> make_candidate(const Applied& serving, std::uint32_t& number) {
    const bool is_made =
        checked_ && checked_on_.get() == &serving && !refuse_drift(serving.snapshot->config.files);
    if (!is_made) {
      auto candidate = edit_ != nullptr ? changes_.edited(*edit_)
                                        : changes_.candidate_of(request_.source, number);
      if (!candidate) return candidate.error();
      checked_ = changes_.check(std::move(*candidate));
    }
    written_ = config::files_of(checked_->candidate);
    return ConfigChanges::refuse_foreign(*checked_, number);
  }

  bool refuse(control::ReloadVerdict& verdict, Refusal why) {
    verdict.message = why.detail;
    refusal_ = std::move(why);
    return false;
  }
  bool refuse(control::ReloadVerdict& verdict, std::string detail) {
    return refuse(verdict, Refusal{409, std::move(detail)});
  }

  store::ConfigChange row(std::uint32_t number) const {
    store::ConfigChange change;
    change.parent = way_.back_to;
    change.by = by_;
    change.cause = number > 0 ? "rollback" : edit_ != nullptr ? "api" : "apply";
    change.message = request_.message;
    if (number > 0 && change.message.empty())
      change.message = fmt::format("back to revision {}", number);
    return change;
  }

  bool reject(std::uint32_t number) {
    is_invalid_ = true;
    auto change = row(number);
    change.verdict = store::ConfigVerdict::rejected;
    change.sha256 = digest(written_);
    row_ = changes_.record(std::move(change), written_);
    return false;
  }

  bool prepare_guard(control::ReloadVerdict& verdict) {
    if (request_.guard.empty()) return true;
    auto guard = decision::parse_guard(request_.guard);
    if (!guard) return refuse(verdict, Refusal{400, guard.error().message});
    const std::string store = changes_.store_path();
    if (store.empty()) return refuse(verdict, "a guard reads the request log: set store.path");
    const auto last = store::last_request(store);
    auto before = figures_before(store);
    if (!last || !before) return refuse(verdict, "the request log cannot be read for the guard");
    if (guard->compares() && before->requests < decision::kMinGuardRequests) {
      return refuse(verdict,
                    fmt::format("the guard compares with the five minutes before, which had {} "
                                "requests (at least {} are needed): give a bound of its own, as "
                                "p99<200ms",
                                before->requests, decision::kMinGuardRequests));
    }
    way_.guard = request_.guard;
    way_.before = *before;
    way_.seq = *last;
    guard_ = std::move(*guard);
    return true;
  }

  // What stands on the disk and never served is lost otherwise.
  void keep_edits() {
    auto text = config::read_file(changes_.config_path_);
    if (!text) return;
    const std::vector<SourceFile> files{{changes_.config_path_, std::move(*text)}};
    changes_.record({.parent = way_.back_to,
                     .sha256 = digest(files),
                     .by = by_,
                     .cause = "edit",
                     .message = "edits of the file that never served, replaced by what follows",
                     .verdict = store::ConfigVerdict::discarded},
                    files);
  }

  void begin(std::uint32_t number) {
    auto change = row(number);
    change.sha256 = sha256_;
    std::vector<SourceFile> read = checked_->loaded.config->files;
    read.front().path = changes_.config_path_;
    row_ = changes_.record(std::move(change), read);
  }

  // One file is replaced at once and needs no way back; of several, a crash could leave some.
  bool keep_way_back(control::ReloadVerdict& verdict) {
    old_ = as_they_are(files_to_write());
    if (old_.size() < 2 && !request_.confirm && !guard_) return true;
    way_.files = old_;
    way_.writing = true;
    const std::string why = keep(way_, changes_.config_path_);
    if (!why.empty()) verdict.message = why + what_to_do();
    kept_ = why.empty();
    return kept_;
  }

  std::vector<SourceFile> files_to_write() const {
    std::vector<SourceFile> files;
    for (const SourceFile& file : written_) {
      const auto text = config::read_file(file.path);
      if (!text || *text != file.text) files.push_back(file);
    }
    return files;
  }

  std::string what_to_do() const {
    return fmt::format(
        "; gatewayd must own {} and be able to write in its folder. Or write it "
        "yourself, then: gatewayctl reload",
        changes_.config_path_);
  }

  void undo(control::ReloadVerdict& verdict) {
    if (refusal_) return;
    const std::string failed = wrote_ ? put_back(old_) : "";
    if (!failed.empty()) {
      verdict.message += fmt::format("; and what was there could not be put back: {}", failed);
    } else if (kept_) {
      forget_way_back(changes_.config_path_);
      // A change that waited before this one goes on waiting.
      if (const auto way = changes_.way()) keep(*way, changes_.config_path_);
    }
    changes_.settle(row_, store::ConfigVerdict::rejected, 0, verdict.message);
  }

  ConfigChanges& changes_;
  const control::ApplyRequest& request_;
  const std::string by_;
  const control::ObjectEdit* edit_;
  std::optional<Refusal> refusal_;
  std::optional<CheckedConfig> checked_;
  std::shared_ptr<const Applied> checked_on_;  // what served when it was; or null
  std::vector<SourceFile> written_;            // all that the candidate says itself
  std::string sha256_;
  std::vector<SourceFile> serving_;
  std::vector<WayBack::File> old_;
  WayBack way_;
  std::optional<decision::Guard> guard_;
  std::int64_t row_ = 0;
  bool is_invalid_ = false;
  bool wrote_ = false;
  bool kept_ = false;
  bool pending_ = false;
};

Result<control::ApplyVerdict, Refusal> ConfigChanges::apply(const control::ApplyRequest& request,
                                                            const std::string& by) {
  ApplySteps steps(*this, request, by);
  control::ApplyVerdict verdict{daemon_.reload(by, &steps), {}};
  if (steps.refusal()) return *steps.refusal();
  if (steps.is_pending()) verdict.pending = pending();
  return verdict;
}

Result<control::EditVerdict, Refusal> ConfigChanges::edit(const control::ObjectEdit& edit,
                                                          const std::string& by) {
  // What can be refused is, before it is written down as a change that came to nothing. Under the
  // lock of reloads, as a change under way is not yet what serves.
  std::optional<Refusal> refused;
  bool is_there = false;
  control::ApplyRequest request;
  request.message = edit.what;
  ApplySteps steps(*this, request, by, &edit);
  daemon_.between_reloads([&] {
    auto candidate = edited(edit);
    const auto applied = daemon_.applied();
    const std::vector<SourceFile>& serving = applied->snapshot->config.files;
    if (!candidate) {
      refused = candidate.error();
    } else if (changes_nothing(*candidate, serving)) {
      is_there = true;
    } else {
      CheckedConfig checked = check(std::move(*candidate));
      refused = refuse_candidate(edit, checked.candidate, checked.loaded, serving);
      steps.start_from(std::move(checked), applied);
    }
  });
  if (refused) return *refused;
  if (is_there) return control::EditVerdict{daemon_.applied()->snapshot->revision};
  const control::ReloadVerdict verdict = daemon_.reload(by, &steps);
  if (steps.refusal()) return *steps.refusal();
  if (!verdict.accepted) return Refusal{500, verdict.message};
  return control::EditVerdict{verdict.revision};
}

}  // namespace gateway
