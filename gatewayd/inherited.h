#pragma once

#include <string>
#include <vector>

#include "gatewayd/control/unix_socket.h"
#include "gatewayd/journal/daemon_log.h"

namespace gateway {

// A listener's sockets that are there before this process listens: from the service manager, or
// from the gatewayd whose place this one takes.
struct Inherited {
  std::string name;   // of the listener; what it has none, its address alone tells
  std::string asked;  // "address:port", as a config would ask for it
  bool held = false;  // by the service manager, for good: their queues outlive every gatewayd
  std::vector<Descriptor> sockets;
};

// The sockets of socket activation (sd_listen_fds(3)): $LISTEN_FDS from descriptor 3 on, named by
// $LISTEN_FDNAMES. Several of one name are one listener's. What is no listening TCP socket is
// logged and closed. Takes the variables out of the environment, so it works once; before any
// thread starts.
std::vector<Inherited> inherit_from_supervisor(journal::DaemonLog& log);

}  // namespace gateway
