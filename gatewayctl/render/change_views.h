#pragma once

#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/control/config_messages.h"

namespace gateway::ctl {

// One line a change, then how many there are and `next`, what to do about them; it may be empty.
std::string render_changes(const std::vector<config::Change>& changes, const std::string& next,
                           bool colour);
// The same under a line that names both sides.
std::string render_diff(const control::ConfigDiff& diff, const std::string& next, bool colour);

// When a change goes back by itself, and how it is kept. Times count from `now`.
std::string render_pending(const control::PendingChange& pending, UnixMicros now);

std::string render_history(const control::ConfigHistoryList& list, UnixMicros now, bool colour);
// Head, then the differences, or with `text` the files.
std::string render_revision(const control::ConfigRevision& revision, bool text, bool colour);

}  // namespace gateway::ctl
