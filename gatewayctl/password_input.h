#pragma once

#include <iosfwd>
#include <string>

#include "shared/base/result.h"

namespace gateway::ctl {

struct NoPassword {
  std::string message;
};

// A password for Basic credentials: from a terminal twice, without echo, prompts on `prompts`; from
// anything else all that there is, a last line end aside. Refuses one that no client could send
// (RFC 7617 §2: control characters), an empty one, and more than policy::kMaxPasswordSize bytes.
// Blocks. A signal that arrives meanwhile has its effect once the terminal echoes again.
Result<std::string, NoPassword> read_password(int fd, std::ostream& prompts);

}  // namespace gateway::ctl
