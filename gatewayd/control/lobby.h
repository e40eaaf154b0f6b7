#pragma once

#include <array>
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
  using Admit = std::function<void(Descriptor, bool local, std::string)>;

  Lobby(std::chrono::milliseconds head_timeout, Admit admit);

  std::size_t size() const { return guests_.size(); }
  std::size_t remote() const;  // those that did not come over the Unix socket
  void enter(Descriptor connection, bool local, Time now);

  // Waits for bytes on any connection, on a listener or on `bell`, at most until the next deadline;
  // serves what came. -1 as a listener: not listened to. Returns whether a listener is readable.
  bool wait(const std::array<int, 2>& listeners, int bell, std::chrono::milliseconds at_most);

 private:
  struct Guest {
    Descriptor connection;
    bool local;
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
