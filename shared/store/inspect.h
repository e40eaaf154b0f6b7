#pragma once

#include <string>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/store/open_error.h"

namespace gateway::store {

struct Inspection {
  int schema = 0;                   // of the file
  int known = 0;                    // of this program
  std::vector<std::string> damage;  // what SQLite says, at most kMaxDamage lines
  bool whole = true;                // false: `patience` ended before all pages were looked at
};

inline constexpr int kMaxDamage = 10;

// Looks for damage in the database at `path`, which may be in use: it is read and nothing more, and
// a writer's checkpoint waits for the end. Blocks for `patience` at most. The error is that the
// file cannot be opened, or is none of gatewayd's.
Result<Inspection, OpenError> inspect(const std::string& path, milliseconds patience);

}  // namespace gateway::store
