#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gatewayd/control/unix_socket.h"
#include "gatewayd/offer.h"
#include "shared/base/result.h"

namespace gateway {

// How a newly started gatewayd takes the place of the running one, so that no connection is refused
// in between. On a Unix socket beside the control socket, in packets of JSON with descriptors:
//
//   new                                old
//   connects                     →     checks that it is the same user, or root
//                                ←     its listening sockets, the lock on the database
//   opens the database, serves
//   "ready"                      →     from now on the sockets are the new one's
//                                ←     "gone"
//   takes the socket files             stops listening, drains, ends
//
// One that cannot serve says why instead: "failed".
// Whatever fails before "ready", or the connection's end, leaves the old one as it was.
//
// This is the running gatewayd's side; take_over.h is the other. One successor at a time.
class HandOver {
 public:
  // Called from a thread of its own; agree() and gone() end what offer() began, or withdraw() does.
  struct Giver {
    // What the successor gets; or why not now. From here on this process changes nothing that it
    // has offered.
    std::function<Result<Offer, std::string>()> offer;
    // The successor ended or was silent for too long: go on as before.
    std::function<void(const std::string& why)> withdraw;
    // The successor serves: leave it the control socket.
    std::function<void(pid_t successor)> agree;
    // It has been told. `taken`: the listeners that it serves now, by the names they were offered
    // under.
    std::function<void(std::vector<std::string> taken, pid_t successor)> gone;
  };

  static Result<std::unique_ptr<HandOver>, std::string> start(const std::string& control_socket,
                                                              bool beside, Giver giver);
  ~HandOver();  // ends a hand-over under way

  bool take_place();  // see control::Server

 private:
  struct State;
  explicit HandOver(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway
