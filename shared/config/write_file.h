#pragma once

#include <string>
#include <string_view>

#include "shared/base/result.h"

namespace gateway::config {

// Why a file could not be written; for a person.
struct Unwritable {
  std::string reason;
  // The new text stands at the path all the same; only a loss of power may yet undo it.
  bool replaced = false;
};

struct Written {
  std::string path;  // of the file itself, with no symbolic link on its way
};

// Puts `text` in the place of the file at `path`, at once: whoever opens it, at any time and after
// any crash, finds the old text or the new one, whole. The file keeps its owner, group, mode and
// access list; one that was not there is the process's own and 0640. A symbolic link stays, and
// what it leads to is replaced; one that leads nowhere is refused, and so is what is no regular
// file. On an error the old file is as it was (see Unwritable::replaced).
//
// The text is written beside the file, to ".NAME.XXXXXX.gatewayd" (0600), synced, renamed, and the
// folder synced. What killed writers left of those is removed. Blocks on the disk; any thread, and
// several processes at once: the last rename counts.
Result<Written, Unwritable> write_file(const std::string& path, std::string_view text);

}  // namespace gateway::config
