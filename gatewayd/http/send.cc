#include "gatewayd/http/send.h"

namespace gateway::http {

net::Task<Sent> send_rest(net::Stream& to, Parts& parts, milliseconds patience) {
  for (;;) {
    const net::Wait wait = co_await to.writable(to.loop().now() + patience);
    if (wait == net::Wait::timeout) co_return Sent::timeout;
    if (wait == net::Wait::interrupted) co_return Sent::interrupted;
    const Sent sent = send_now(to, parts);
    if (sent != Sent::interrupted) co_return sent;
  }
}

}  // namespace gateway::http
