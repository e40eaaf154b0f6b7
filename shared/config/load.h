#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/diagnostic.h"
#include "shared/config/effective.h"
#include "shared/config/model.h"

namespace gateway::config {

// What parsing may ask of the machine; a test gives its own.
struct Environment {
  // Value of ${NAME}; nothing when it is not set.
  std::function<std::optional<std::string>(std::string_view name)> variable;
};
Environment process_environment();

struct Loaded {
  std::optional<Config> config;  // present exactly when there is no error
  // Present when there are errors in files that could all be parsed: what is right in them, for
  // checks that find more in the same run. A value with an error is left at its default.
  std::optional<Config> draft;
  Diagnostics diagnostics;  // warnings may stand beside a config
};

// Reads `path` and what it includes, checks every key against the table in keys.h, then the whole
// (names, patterns, unreachable routes). Reports all findings of one run. Reads the files and
// nothing else: no DNS, no network, writes nothing.
Loaded load(const std::string& path, const Environment& environment);

// A config that is not on the disk (yet), or not whole.
struct Candidate {
  std::string name;  // what messages call its main file
  std::string text;  // of that file
  std::string path;  // where it is to stand: what it includes is found from there
  // These stand in the place of the files at their paths, whether or not there are any.
  std::vector<SourceFile> included;
  // `included` is all that is included, and nothing is read from the disk.
  bool sealed = false;
};

// The same for a candidate.
Loaded load(const Candidate& candidate, const Environment& environment);

// Whether load(path) would read the very texts that `config` has, from the same files.
bool is_on_disk(const Config& config, const std::string& path);

// What the texts of a config say, for comparing: see effective.h. `files`: the main file and what
// it included, as in Config::files. Nothing when they are not valid.
std::optional<Effective> read_effective(const std::vector<SourceFile>& files,
                                        const Environment& environment);
// Of these sections alone ("gateway"), for a fraction of the time.
std::optional<Effective> read_effective(const std::vector<SourceFile>& files,
                                        std::span<const std::string_view> sections,
                                        const Environment& environment);

// The same for a text in memory (tests, fuzzing); `include` is refused.
Loaded load_text(std::string path, std::string text, const Environment& environment);

}  // namespace gateway::config
