#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gatewayd/control/unix_socket.h"

namespace gateway {

// Text and descriptors over a connected SOCK_SEQPACKET socket (unix(7), SCM_RIGHTS).
inline constexpr std::size_t kMaxPacket = 64 * 1024;       // bytes of text
inline constexpr std::size_t kMaxPacketDescriptors = 200;  // the kernel takes 253

// False, with errno set, when it cannot be sent. At most kMaxPacketDescriptors.
bool send_packet(int socket, const std::string& text, const std::vector<int>& descriptors = {});

struct Packet {
  std::string text;
  std::vector<Descriptor> descriptors;
};

// The next packet. Nothing when the peer has ended, sends more than a packet holds or nothing for
// `patience`, or when `bell` (-1: none) becomes readable.
std::optional<Packet> receive_packet(int socket, std::chrono::milliseconds patience, int bell = -1);

}  // namespace gateway
