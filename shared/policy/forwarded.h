#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/fields.h"
#include "shared/base/ip.h"
#include "shared/base/uuid.h"

namespace gateway::policy {

// The address to decide by. A trusted peer's X-Forwarded-For is read from the right past every
// trusted address; without one, the `for` of its Forwarded (RFC 7239) is; anybody else's word is
// not taken and the peer is the client.
IpAddress client_address(const IpAddress& peer, const std::vector<Cidr>& trusted,
                         const Fields& fields);

// The request id that a trusted peer gave, when it is a UUID.
std::optional<Uuid> given_request_id(const Fields& fields);

// One hop as the next one should learn of it.
struct Hop {
  std::string_view peer;  // address as text
  bool peer_is_v6 = false;
  bool peer_trusted = false;   // then what it says of earlier hops is kept and added to
  bool secure = false;         // TLS in front
  std::string_view authority;  // host and port that the client asked for
  int minor = 1;               // HTTP/1.minor of the request, for Via
};

// Append whole header lines (CRLF included) for the upstream. What an untrusted peer sent under
// these names must be left out by the caller in any case.
void append_x_forwarded(const Hop& hop, const Fields& fields, std::string& out);
void append_forwarded(const Hop& hop, const Fields& fields, std::string& out);
// Via keeps what is there and adds this hop (RFC 9110 §7.6.3).
void append_via(int minor, const Fields& fields, std::string& out);

}  // namespace gateway::policy
