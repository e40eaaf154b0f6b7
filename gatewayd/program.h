#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "gatewayd/control/unix_socket.h"
#include "shared/base/result.h"

namespace gateway {

// How the daemon starts programs. Any thread. None gets a descriptor of the daemon's but the
// standard ones.

// The path of the program that runs, as it was started; what is installed there may be newer.
std::string running_program();

struct Ended {
  int status = 0;    // exit status; 128 and the signal's number when one ended it
  std::string said;  // on stdout and stderr, 64 KiB at most: what is more is not kept
};

// Runs a program to its end. The error says that it cannot be started, or did not end in time, and
// was killed.
Result<Ended, std::string> run_program(const std::vector<std::string>& command,
                                       std::chrono::milliseconds patience);

struct Detached {
  pid_t process = 0;
  // A pidfd: readable once the process has ended, pidfd_open(2). None: it had ended before there
  // was one.
  Descriptor handle;
};
bool has_ended(const Detached& started);

// Starts a program that is no child of this process, so that the service manager is told of its
// end. `without`: a variable that it does not get.
Result<Detached, std::string> start_detached(const std::vector<std::string>& command,
                                             const std::string& without);

}  // namespace gateway
