#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared/config/diagnostic.h"
#include "shared/decision/explain.h"
#include "shared/decision/key_files.h"
#include "shared/suite/suite.h"

namespace gateway::suite {

// A configuration that tests are run against, with what its key files hold. Immutable once built;
// any thread.
class Subject {
 public:
  Subject(config::Config config, decision::KeyFiles keys);

  const decision::Snapshot& snapshot() const { return *snapshot_; }
  const std::shared_ptr<const policy::KeySet>& keys() const { return keys_; }  // null: none
  const std::string& secret() const { return secret_; }

 private:
  std::string secret_;
  std::shared_ptr<const policy::KeySet> keys_;
  std::unique_ptr<const decision::Snapshot> snapshot_;
};

// One expectation that was not met.
struct Failure {
  std::string what;  // "status", "headers.Location": as it is named within expect
  std::string expected;
  std::string got;
  config::Place place;
};

// What came of one test.
struct Ran {
  std::vector<Failure> failures;  // empty: passed; in the order of the file
  // Of the last request; of the first that a limit refused, when that is what is wrong.
  decision::Explanation explanation;
  std::uint32_t explained = 1;      // the number of the request that is explained, from 1
  std::uint32_t first_limited = 0;  // 0: none
  std::uint32_t limited = 0;
  std::string route;  // that the last request took; empty: none
};

// Adds an error for each route and service that a test names and the configuration does not have.
void check_names(const Suite& suite, const Subject& subject, config::Diagnostics& diagnostics);

// Runs one test. Every test starts with counters that are empty and nothing remembered, so that
// none depends on another. Pure: no clock, no socket, no file.
Ran run(const Test& test, const Subject& subject);

// Which routes of a configuration some test has taken.
struct Coverage {
  std::size_t routes = 0;  // that are enabled
  std::vector<std::string> untested;

  std::size_t covered() const { return routes - untested.size(); }
  // Whole percent, rounded down; 100 when there is no route.
  std::size_t percent() const { return routes == 0 ? 100 : covered() * 100 / routes; }
};

// `taken`: names of routes, in any order and number.
Coverage coverage(const config::Config& config, const std::vector<std::string>& taken);

}  // namespace gateway::suite
