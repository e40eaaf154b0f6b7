#pragma once

#include <string>
#include <vector>

#include "shared/config/load.h"

namespace gateway::config {

// The files whose texts differ, and those that only one side has, by their names in `to`. The main
// files correspond whatever they are called.
std::vector<std::string> differing_files(const std::vector<SourceFile>& from,
                                         const std::vector<SourceFile>& to);

// The first file that was read for the candidate and is none of its own; empty: there is none.
std::string foreign_file(const Candidate& candidate, const std::vector<SourceFile>& read);

// All that the candidate says itself, its main file as the one at its path.
std::vector<SourceFile> files_of(const Candidate& candidate);

// "/etc/gatewayd/" of "/etc/gatewayd/gatewayd.toml"; empty for a bare name.
std::string folder_prefix(const std::string& path);

}  // namespace gateway::config
