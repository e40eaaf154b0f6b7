#pragma once

#include <chrono>
#include <string>

#include "gatewayd/control/backend.h"

namespace gateway::control {

// Who is at the other end of a connection.
struct Peer {
  bool local = false;     // over the Unix socket
  std::string name;       // the user's, of a local one
  std::string address{};  // "192.0.2.1:5555" otherwise
};

// Speaks HTTP/1.1 for one call over a connected descriptor; the protocol itself is cpp-httplib's.
// Answers the call whose first bytes are `received` (HeadGate::take) and says Connection: close.
// Reads and writes `fd` for at most `budget` in all and leaves closing it to the caller. What the
// backend throws becomes a 500. Returns whether the peer announced a body, as the rest of one may
// still be under way: whatever can be refused on the head alone is.
bool run_exchange(int fd, std::string received, const Peer& peer, std::chrono::milliseconds budget,
                  Backend& backend);

}  // namespace gateway::control
