#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gatewayd/config_state.h"
#include "gatewayd/control/config_backend.h"
#include "gatewayd/journal/daemon_log.h"
#include "gatewayd/way_back.h"
#include "shared/config/load.h"
#include "shared/decision/key_files.h"
#include "shared/policy/fingerprint.h"
#include "shared/store/config_history.h"
#include "shared/store/traffic_sample.h"

namespace gateway {

class Daemon;

// The config files that a reload read.
struct ReadConfig {
  std::vector<config::SourceFile> files;  // secrets masked when they were rejected
  std::string sha256;
};

// A candidate, read and checked with the files that it names.
struct CheckedConfig {
  config::Candidate candidate;
  config::Loaded loaded;
  decision::KeyFiles keys;
};

// What is done around a reload, under its lock.
class ReloadSteps {
 public:
  virtual ~ReloadSteps() = default;
  // May write the files that are read next. Why there must be no reload; or "".
  virtual std::string before(control::ReloadVerdict& verdict) = 0;
  // After it: what it has written, valid; files that say just that are not read once more.
  virtual std::optional<CheckedConfig> take_written() { return std::nullopt; }
  // Comes always, be it after a refusal. May say more in the verdict.
  virtual void after(control::ReloadVerdict& verdict, const ReadConfig& read) = 0;
};

// Every change of the config's files that the gateway makes itself, and the history of all of
// them. A change is: the candidate is checked whole, a row is made in the history, the file is
// replaced at once (several of them with a way back beside them), the gateway reloads, the row
// says what became of it. Whatever fails in between, and whatever a crash cuts off, the files are
// those of before or of after.
class ConfigChanges final : public control::ConfigBackend {
 public:
  ConfigChanges(Daemon& daemon, std::string config_path, journal::DaemonLog& log);

  Result<control::ConfigDiff, control::Refusal> diff(const control::ConfigSource& source) override;
  Result<control::ConfigDiff, control::Refusal> drift() override;
  Result<control::ApplyVerdict, control::Refusal> apply(const control::ApplyRequest& request,
                                                        const std::string& by) override;
  Result<control::ConfirmVerdict, control::Refusal> confirm(const std::string& by) override;
  Result<control::ConfigHistoryList, control::Refusal> history(std::size_t limit,
                                                               std::int64_t before) override;
  Result<control::ConfigRevision, control::Refusal> revision(std::uint32_t number,
                                                             std::int64_t change) override;

  control::ObjectList objects(std::string_view section) const override;
  std::string fingerprint(std::string_view text) const override;
  Result<control::EditVerdict, control::Refusal> edit(const control::ObjectEdit& edit,
                                                      const std::string& by) override;

  // For the daemon, on its main thread or under the lock of a reload.
  void note_start(const std::string& cause);
  void note_reload(const std::string& by, const control::ReloadVerdict& verdict,
                   const ReadConfig& read);
  void tick();  // every second

  std::optional<control::PendingChange> pending() const;  // any thread

 private:
  friend class ApplySteps;
  friend class ReturnSteps;

  std::string store_path() const;
  Result<store::ConfigHistory, control::Refusal> open_history() const;
  static control::Refusal unreadable(const store::QueryError& why);
  std::vector<store::ConfigText> to_texts(const std::vector<config::SourceFile>& files) const;
  Result<config::Candidate, control::Refusal> candidate_of(const control::ConfigSource& source,
                                                           std::uint32_t& number) const;
  Result<config::Candidate, control::Refusal> edited(const control::ObjectEdit& edit) const;
  CheckedConfig check(config::Candidate candidate) const;
  // All of a comparison but the changes themselves.
  control::ConfigDiff describe(const CheckedConfig& checked, std::uint32_t number,
                               const Applied& running) const;
  static std::optional<control::Refusal> refuse_foreign(const CheckedConfig& checked,
                                                        std::uint32_t number);
  Result<control::ConfigDiff, control::Refusal> compare(config::Candidate candidate,
                                                        std::uint32_t number) const;
  std::vector<config::Change> changes_between(const std::vector<config::SourceFile>& from,
                                              const std::vector<config::SourceFile>& to) const;
  std::int64_t record(store::ConfigChange change, const std::vector<config::SourceFile>& files);
  void note_way_back();
  void settle(std::int64_t id, store::ConfigVerdict verdict, std::uint32_t revision,
              const std::string& reason);
  void set_pending(std::optional<WayBack> way);
  std::optional<WayBack> way() const;
  void watch(const WayBack& way);
  void go_back(const WayBack& way, const std::string& reason, const std::string& by);
  void keep_change(const WayBack& way, const std::string& reason);

  Daemon& daemon_;
  const std::string config_path_;
  journal::DaemonLog& log_;
  policy::Sha256 fingerprint_key_{};  // of this run: what it gives means nothing outside of it
  mutable std::mutex mutex_;          // guards pending_
  std::optional<WayBack> pending_;
  // The main thread's.
  store::TrafficSample traffic_;
  std::int64_t traffic_seq_ = -1;  // -1: nothing counted yet
  std::uint32_t traffic_of_ = 0;
  SteadyTime retry_at_{};
};

}  // namespace gateway
