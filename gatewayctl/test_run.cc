#include "gatewayctl/test_run.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "shared/decision/load.h"

namespace gateway::ctl {
namespace {

// The configurations under test, each loaded once.
class Subjects {
 public:
  Subjects(const config::Environment& environment, std::vector<std::string>& notes)
      : environment_(environment), notes_(notes) {}

  // Null: `findings` of the file say why.
  const suite::Subject* load(const std::string& path, config::Diagnostics& findings) {
    const auto [entry, fresh] = loaded_.try_emplace(path);
    Entry& found = entry->second;
    if (fresh) read(path, found);
    if (!found.subject) findings = found.findings;
    return found.subject ? &*found.subject : nullptr;
  }

 private:
  struct Entry {
    std::optional<suite::Subject> subject;
    config::Diagnostics findings;
  };

  // A key that cannot be read is noted: tests with a user, or without one, do not need it.
  void read(const std::string& path, Entry& into) {
    auto loaded = decision::load(path, environment_);
    into.findings = std::move(loaded.diagnostics);
    if (!loaded.config) return;
    config::Diagnostics found;
    auto keys = decision::load_key_files(*loaded.config, environment_, found);
    for (const config::Diagnostic& item : found.items) {
      if (item.severity == config::Severity::error)
        notes_.push_back("not at hand: " + item.message);
    }
    into.subject.emplace(*std::move(loaded.config), std::move(keys));
  }

  const config::Environment& environment_;
  std::vector<std::string>& notes_;
  std::map<std::string, Entry> loaded_;
};

void no_config(TestedFile& file) {
  file.findings.items.push_back({config::Severity::error,
                                 "no-config",
                                 "the file names no configuration to test",
                                 {0, 0, 0, 0},
                                 "add config = \"gatewayd.toml\" at its top, or use --config"});
}

// Runs what the file holds; null: nothing ran.
const suite::Subject* run_file(TestedFile& file, Subjects& subjects) {
  if (file.config.empty()) {
    no_config(file);
    return nullptr;
  }
  const suite::Subject* subject = subjects.load(file.config, file.findings);
  if (subject == nullptr) return nullptr;
  check_names(*file.suite, *subject, file.findings);
  if (file.findings.errors() > 0) return nullptr;
  for (const suite::Test& test : file.suite->tests) file.runs.push_back(suite::run(test, *subject));
  return subject;
}

std::size_t sum(const std::vector<TestedFile>& files, auto count) {
  return std::accumulate(
      files.begin(), files.end(), std::size_t{0},
      [&](std::size_t all, const TestedFile& file) { return all + count(file); });
}

std::size_t failures_of(const TestedFile& file) {
  return static_cast<std::size_t>(
      std::count_if(file.runs.begin(), file.runs.end(),
                    [](const suite::Ran& ran) { return !ran.failures.empty(); }));
}

}  // namespace

std::size_t TestReport::failed() const {
  return sum(files, failures_of);
}

std::size_t TestReport::passed() const {
  return sum(files, [](const TestedFile& file) { return file.runs.size(); }) - failed();
}

std::size_t TestReport::broken() const {
  return sum(files, [](const TestedFile& file) { return file.suite ? 0u : 1u; });
}

std::size_t TestReport::percent() const {
  std::size_t covered = 0;
  std::size_t routes = 0;
  for (const TestedConfig& config : configs) {
    covered += config.coverage.covered();
    routes += config.coverage.routes;
  }
  return routes == 0 ? 100 : covered * 100 / routes;
}

TestReport run_tests(const std::vector<std::string>& paths, const std::string& config,
                     const config::Environment& environment) {
  TestReport report;
  Subjects subjects(environment, report.notes);
  std::map<std::string, std::vector<std::string>> taken;  // routes, by configuration
  for (const std::string& path : paths) {
    auto read = suite::read(path, environment);
    TestedFile file{path, config, std::move(read.suite), std::move(read.diagnostics), {}};
    if (file.suite && file.config.empty()) file.config = file.suite->config;
    const suite::Subject* subject = file.suite ? run_file(file, subjects) : nullptr;
    if (subject != nullptr) {
      const auto [entry, fresh] = taken.try_emplace(file.config);
      if (fresh) report.configs.push_back({file.config, {}});
      for (const suite::Ran& ran : file.runs) entry->second.push_back(ran.route);
    } else {
      file.suite.reset();
    }
    report.files.push_back(std::move(file));
  }
  for (TestedConfig& tested : report.configs) {
    config::Diagnostics unused;
    tested.coverage =
        suite::coverage(subjects.load(tested.path, unused)->snapshot().config, taken[tested.path]);
  }
  return report;
}

}  // namespace gateway::ctl
