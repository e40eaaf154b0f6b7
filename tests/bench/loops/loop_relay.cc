// Passes bytes between a client and the backend on the gateway's own loop and coroutines,
// understanding none.
//
//   loop_relay PORT BACKEND_PORT
#include <cstdlib>
#include <memory>

#include "gatewayd/net/dial.h"
#include "gatewayd/net/listener.h"
#include "gatewayd/proxy/tunnel.h"

namespace {

using namespace gateway;

net::Detached serve(net::Loop& loop, net::BufferPool& pool, int fd, net::Endpoint backend) {
  net::Stream client(loop, fd);
  std::unique_ptr<net::Stream> upstream = net::begin_connect(loop, backend);
  if (upstream == nullptr) co_return;
  const net::Wait wait = co_await upstream->writable(loop.now() + 5s);
  if (wait != net::Wait::ready) co_return;
  net::Buffer from_client(pool);
  net::Buffer from_upstream(pool);
  co_await proxy::tunnel(client, from_client, *upstream, from_upstream, {.idle = 60s});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  const IpAddress loopback = *parse_ip("127.0.0.1");
  net::Loop loop;
  net::BufferPool pool;
  auto listener = net::Listener::open({loopback, static_cast<std::uint16_t>(std::atoi(argv[1]))});
  if (!listener.ok()) return 1;
  const net::Endpoint backend{loopback, static_cast<std::uint16_t>(std::atoi(argv[2]))};
  (*listener)->start(loop, [&](int fd, const net::Endpoint&) { serve(loop, pool, fd, backend); });
  loop.run();
}
