#include "shared/control/revision_window.h"

namespace gateway::control {
namespace {

// Whether the change came to serve, be it that something else took its place.
bool served(const store::ConfigChange& change) {
  using enum store::ConfigVerdict;
  return change.revision != 0 && (change.verdict == live || change.verdict == rolled_back);
}

}  // namespace

std::optional<RevisionWindow> window_of(const std::vector<store::ConfigChange>& changes,
                                        std::uint32_t revision, UnixMicros now) {
  UnixMicros until = now;
  std::optional<RevisionWindow> found;
  for (const store::ConfigChange& change : changes) {
    if (!served(change)) continue;
    if (change.revision == revision) {
      // A reload or a restart with the same texts goes on with the same revision.
      if (!found) found = RevisionWindow{change.time, until};
      found->since = change.time;
    } else if (found) {
      break;
    }
    until = change.time;
  }
  return found;
}

}  // namespace gateway::control
