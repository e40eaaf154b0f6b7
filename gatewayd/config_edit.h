#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gatewayd/control/config_backend.h"
#include "shared/config/load.h"

namespace gateway {

// Whether the candidate is what these files, a config that serves, say already.
bool changes_nothing(const config::Candidate& candidate,
                     const std::vector<config::SourceFile>& serving);

// The managed file's text with the edit made in it. `path`: of that file; `text`: as it serves.
Result<std::string, control::Refusal> edit_text(const control::ObjectEdit& edit,
                                                const std::vector<config::NamedObject>& objects,
                                                const std::string& path, std::string text);

// Why the candidate that an edit made cannot serve: it is not valid, with pointers to the fields of
// the body, or a file would be read along that does not serve yet. None: it can.
// `loaded`: what reading the candidate found.
std::optional<control::Refusal> refuse_candidate(const control::ObjectEdit& edit,
                                                 const config::Candidate& candidate,
                                                 const config::Loaded& loaded,
                                                 const std::vector<config::SourceFile>& serving);

// Why there can be no edit now: a file holds what does not serve, and would be served along.
std::optional<control::Refusal> refuse_drift(const std::vector<config::SourceFile>& serving);

}  // namespace gateway
