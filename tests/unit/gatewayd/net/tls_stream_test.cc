// Both ends of a connection under TLS on one loop.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "gatewayd/net/stream.h"
#include "gatewayd/net/task.h"
#include "gatewayd/net/tls_client.h"
#include "gatewayd/net/tls_handshake.h"
#include "gatewayd/net/tls_server.h"
#include "tests/unit/shared/policy/certificates.h"

using namespace gateway;
using namespace gateway::net;

namespace {

policy::Certificate::Pointer leaf() {
  auto loaded = policy::Certificate::load(policy::kLeaf, policy::kLeafKey);
  REQUIRE(loaded.ok());
  return *loaded;
}

std::shared_ptr<const TlsServer> server_of(TlsServerSettings settings = {}) {
  settings.certificates = {leaf()};
  auto made = TlsServer::make(std::move(settings));
  REQUIRE(made.ok());
  return *made;
}

std::shared_ptr<TlsPeer> peer_of(const std::string& name = "api.example.com",
                                 const std::string& authorities = policy::kAuthority) {
  auto made = TlsClient::make({true, authorities, nullptr});
  REQUIRE(made.ok());
  return std::make_shared<TlsPeer>(*made, name);
}

struct Side {
  Side(Loop& loop, int fd) : stream(loop, fd), input(pool) {}
  BufferPool pool;
  Stream stream;
  Buffer input;
  Handshake outcome = Handshake::failed;
  std::string received;
  Io end = Io::done;
};

// Two ends, a handshake under way on each.
class Pair {
 public:
  Pair(const TlsServer& server, TlsPeer& peer, bool http2 = false) {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    here = std::make_unique<Side>(loop, fds[0]);
    there = std::make_unique<Side>(loop, fds[1]);
    here->stream.secure(server.accept());
    there->stream.secure(peer.begin(http2));
  }

  // Runs the loop until both ends have shaken hands and `work` of each is done.
  template <class Work>
  void run(Work here_work, Work there_work) {
    open_ = 2;
    begin(*here, here_work);
    begin(*there, there_work);
    if (open_ > 0) loop.run();
  }

  Loop loop;
  std::unique_ptr<Side> here;
  std::unique_ptr<Side> there;

 private:
  using Work = Task<> (*)(Side&);
  Detached begin(Side& side, Work work) {
    side.outcome = co_await shake_hands(side.stream, loop.now() + 10s);
    if (side.outcome == Handshake::ready) co_await work(side);
    if (--open_ == 0) loop.stop();
  }
  int open_ = 0;
};

Task<> nothing(Side&) {
  co_return;
}

// Sends a megabyte in pieces of odd sizes, then says that it is all.
Task<> send_much(Side& side) {
  const std::string all(1024 * 1024, 'x');
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t half = std::min<std::size_t>(7000, all.size() - at);
    const iovec parts[2] = {{const_cast<char*>(all.data()) + at, half / 2},
                            {const_cast<char*>(all.data()) + at + half / 2, half - half / 2}};
    const IoResult result = side.stream.send(parts, 2);
    at += result.bytes;
    if (result.io == Io::failed) co_return;
    if (result.io != Io::would_block) continue;
    const Wait wait = co_await side.stream.writable(side.stream.loop().now() + 10s);
    if (wait != Wait::ready) co_return;
  }
  side.stream.shutdown_write();
}

Task<> receive_all(Side& side) {
  for (;;) {
    const Wait wait = co_await side.stream.readable(side.stream.loop().now() + 10s);
    if (wait != Wait::ready) co_return;
    side.input.clear();
    side.input.reserve();
    const IoResult result = side.stream.recv(side.input);
    if (result.io == Io::would_block) continue;
    side.end = result.io;
    if (result.io != Io::done) co_return;
    side.received += side.input.view();
  }
}

// Ends without saying so.
Task<> cut(Side& side) {
  const std::string text = "part";
  const iovec part{const_cast<char*>(text.data()), text.size()};
  side.stream.send(&part, 1);
  ::shutdown(side.stream.fd(), SHUT_WR);
  co_return;
}

}  // namespace

TEST_CASE("what is sent comes, and its end is told") {
  const auto server = server_of();
  Pair pair(*server, *peer_of());
  pair.run(send_much, receive_all);
  CHECK(pair.here->outcome == Handshake::ready);
  CHECK(pair.here->stream.tls()->server_name() == "api.example.com");
  CHECK(std::string(pair.here->stream.tls()->version()) == "TLSv1.3");
  CHECK(pair.there->received.size() == 1024 * 1024);
  CHECK(pair.there->end == Io::closed);
}

TEST_CASE("an end that TLS did not announce is a failure") {
  const auto server = server_of();
  Pair pair(*server, *peer_of());
  pair.run(cut, receive_all);
  CHECK(pair.there->received == "part");
  CHECK(pair.there->end == Io::failed);
}

TEST_CASE("ALPN agrees on what both speak, ours first") {
  TlsServerSettings settings;
  settings.http2 = true;
  const auto both = server_of(std::move(settings));
  {
    Pair pair(*both, *peer_of(), true);
    pair.run(nothing, nothing);
    CHECK(pair.here->stream.tls()->alpn() == "h2");
    CHECK(pair.there->stream.tls()->alpn() == "h2");
  }
  {
    Pair pair(*both, *peer_of(), false);
    pair.run(nothing, nothing);
    CHECK(pair.here->stream.tls()->alpn() == "http/1.1");
  }
  const auto old = server_of();
  Pair pair(*old, *peer_of(), true);
  pair.run(nothing, nothing);
  CHECK(pair.here->stream.tls()->alpn() == "http/1.1");
}

TEST_CASE("a client trusts the authority and the name that it was given, and no other") {
  const auto server = server_of();
  for (const char* name : {"any.example.com", "192.0.2.7"}) {
    Pair pair(*server, *peer_of(name));
    pair.run(nothing, nothing);
    CHECK(pair.there->outcome == Handshake::ready);
  }
  for (const auto& peer : {peer_of("example.org"), peer_of("192.0.2.8"), peer_of("a.b.example.com"),
                           peer_of("api.example.com", policy::kLeaf + policy::kAuthority)}) {
    Pair pair(*server, *peer);
    pair.run(nothing, nothing);
    const bool trusted = peer->name() == "api.example.com";
    CHECK((pair.there->outcome == Handshake::ready) == trusted);
    CHECK(pair.there->stream.tls()->is_distrusted() == !trusted);
  }
}

TEST_CASE("a session is resumed by its ticket, until its key is gone or its listener another") {
  const auto tickets = std::make_shared<TicketKeys>(1h, SteadyTime{});
  TlsServerSettings settings;
  settings.tickets = tickets;
  settings.identity = "one";
  const auto server = server_of(std::move(settings));
  const auto peer = peer_of();
  const auto resumed = [&](const TlsServer& by) {
    Pair pair(by, *peer);
    pair.run(send_much, receive_all);  // the ticket comes with what follows the handshake
    return pair.here->stream.tls()->resumed();
  };
  CHECK_FALSE(resumed(*server));
  CHECK(resumed(*server));

  TlsServerSettings others;
  others.tickets = tickets;
  others.identity = "another";
  const auto another = server_of(std::move(others));
  CHECK_FALSE(resumed(*another));

  tickets->rotate(SteadyTime{} + 3h);
  CHECK_FALSE(resumed(*another));
  CHECK(resumed(*another));
}

TEST_CASE("tickets that come unasked leave a connection silent") {
  TlsServerSettings settings;
  settings.tickets = std::make_shared<TicketKeys>(1h, SteadyTime{});
  const auto server = server_of(std::move(settings));
  Pair pair(*server, *peer_of());
  pair.run(nothing, nothing);
  CHECK(pair.there->stream.is_silent());
  const std::string text = "unasked";
  const iovec part{const_cast<char*>(text.data()), text.size()};
  pair.here->stream.send(&part, 1);
  pair.there->stream.ready(EPOLLIN);
  CHECK_FALSE(pair.there->stream.is_silent());
}
