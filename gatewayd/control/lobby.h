#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "gatewayd/control/head_gate.h"
#include "gatewayd/control/unix_socket.h"

namespace gateway::control {

// Where connections wait until their head is complete: a client that is slow, silent or talks
// nonsense costs a place here, never a thread. Used by one thread.
class Lobby {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Takes over a connection whose head is complete, with the bytes received.
  using Admit = std::function<void(Descriptor, std::string)>;

  Lobby(std::chrono::milliseconds head_timeout, Admit admit);

  std::size_t size() const { return guests_.size(); }
  void enter(Descriptor connection, Time now);

  // Waits for bytes on any connection, on `listener` or on `bell`, at most until the next deadline;
  // serves what came. -1 as listener: not listened to. Returns whether `listener` is readable.
  bool wait(int listener, int bell, std::chrono::milliseconds at_most);

 private:
  struct Guest {
    Descriptor connection;
    HeadGate gate;
    Time deadline;
  };

  // Whether the guest stays.
  bool serve(Guest& guest);
  void expire(Time now);

  std::chrono::milliseconds head_timeout_;
  Admit admit_;
  std::vector<Guest> guests_;
};

// Tells the peer why it is not served, as far as its buffer takes it at once.
void turn_away(int fd, int status, std::string_view detail);

}  // namespace gateway::control
