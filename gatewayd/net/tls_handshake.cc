#include "gatewayd/net/tls_handshake.h"

namespace gateway::net {

Task<Handshake> shake_hands(Stream& stream, SteadyTime deadline) {
  for (;;) {
    const TlsSession::Step step = stream.tls()->handshake();
    if (step == TlsSession::Step::done) co_return Handshake::ready;
    if (step == TlsSession::Step::failed) co_return Handshake::failed;
    Wait wait = Wait::ready;
    if (step == TlsSession::Step::needs_room) {
      wait = co_await stream.writable(deadline);
    } else {
      wait = co_await stream.readable(deadline);
    }
    if (wait == Wait::timeout) co_return Handshake::timeout;
    if (wait == Wait::interrupted) co_return Handshake::interrupted;
  }
}

}  // namespace gateway::net
