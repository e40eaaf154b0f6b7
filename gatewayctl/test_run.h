#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/config/load.h"
#include "shared/suite/run.h"

namespace gateway::ctl {

// What became of one file of tests.
struct TestedFile {
  std::string path;
  std::string config;                 // the configuration under test; empty: none is named
  std::optional<suite::Suite> suite;  // none: the findings say why nothing ran
  config::Diagnostics findings;       // about the file, or about the configuration
  std::vector<suite::Ran> runs;       // one for each of suite->tests
};

// How much of one configuration the files have tested together.
struct TestedConfig {
  std::string path;
  suite::Coverage coverage;
};

struct TestReport {
  std::vector<TestedFile> files;
  std::vector<TestedConfig> configs;  // each once, in the order of the files
  std::vector<std::string> notes;     // key files that are not at hand

  std::size_t passed() const;
  std::size_t failed() const;
  std::size_t broken() const;   // files of which nothing ran
  std::size_t percent() const;  // routes covered, of all configurations; 100 when there is none
};

// Reads and runs the files one after another. `config`: the configuration under test in place of
// the one that each file names; empty: that one. Reads files alone and writes nothing.
TestReport run_tests(const std::vector<std::string>& paths, const std::string& config,
                     const config::Environment& environment);

}  // namespace gateway::ctl
