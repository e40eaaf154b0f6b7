#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gatewayd/control/unix_socket.h"
#include "gatewayd/inherited.h"
#include "shared/base/result.h"

namespace gateway {

// What a gatewayd gives to the one that takes its place, and the packets that both send on the way,
// see handover.h. None waits longer than it is told; what the other side says is not trusted to
// have any form.
struct Offer {
  std::vector<Inherited> sockets;
  std::string store;  // path of its database; empty: it has none
  Descriptor store_lock;
};

// The socket on which the gatewayd of this control socket hands over.
std::string hand_over_path(const std::string& control_socket);

// From the old one to the new one. False when it cannot be sent.
bool send_offer(int socket, const Offer& offer);
void send_refusal(int socket, const std::string& why);
bool send_consent(int socket);

// By the new one. The error says why there is no offer.
Result<Offer, std::string> receive_offer(int socket, std::chrono::milliseconds patience);
bool receive_consent(int socket, std::chrono::milliseconds patience);

// From the new one to the old one: it serves the listeners `taken`...
bool send_ready(int socket, const std::vector<std::string>& taken);
// ...or cannot, and why.
void send_failure(int socket, const std::string& why);
// By the old one: what the new one serves. The error says why it does not; empty: it ended, or
// `bell` rang, or the time was over.
Result<std::vector<std::string>, std::string> receive_ready(int socket,
                                                            std::chrono::milliseconds patience,
                                                            int bell);

}  // namespace gateway
