#include "gatewayd/http/h2_session.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace gateway;
using namespace gateway::http;
using net::Io;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: a.test\r\nX-Y: z\r\n\r\n";
constexpr std::string_view kPost =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// A client's session and a server's, and nothing between them.
struct Pair {
  explicit Pair(const H2Limits& of_server = {}, const H2Limits& of_client = {})
      : client(H2Session::Role::client, of_client, false, loop, pool),
        server(H2Session::Role::server, of_server, false, loop, pool) {}
  ~Pair() {
    client.fail();
    server.fail();
  }

  // Carries all that either has to say until both are silent.
  void pump() {
    for (bool moved = true; moved;) {
      moved = carry(client, server) | carry(server, client);
    }
  }
  static bool carry(H2Session& from, H2Session& to) {
    bool moved = false;
    for (auto bytes = from.produce(); !bytes.empty(); bytes = from.produce()) {
      to.receive(bytes);
      moved = true;
    }
    from.dispatch();
    to.dispatch();
    return moved;
  }

  // A request on its way, and the same as the server sees it.
  H2Stream& ask(std::string_view text);
  H2Stream& accept() {
    pump();
    H2Stream* stream = server.accept();
    REQUIRE(stream != nullptr);
    return *stream;
  }

  net::Loop loop;
  net::BufferPool pool;
  H2Session client;
  H2Session server;
};

net::IoResult send(H2Stream& stream, std::string_view text) {
  const iovec part{const_cast<char*>(text.data()), text.size()};
  return stream.send(&part, 1);
}

H2Stream& Pair::ask(std::string_view text) {
  H2Stream* stream = client.open();
  REQUIRE(stream != nullptr);
  CHECK(send(*stream, text).bytes == text.size());
  return *stream;
}

std::string received(H2Stream& stream, net::BufferPool& pool) {
  std::string all;
  net::Buffer input(pool);
  while (stream.recv(input).io == Io::done) {
    all += input.view();
    input.clear();
  }
  return all;
}

}  // namespace

TEST_CASE("a request and its answer pass in the words of HTTP/1") {
  Pair pair;
  H2Stream& asked = pair.ask(kGet);
  H2Stream& served = pair.accept();
  CHECK(served.head() == H2Stream::Head::whole);
  CHECK(received(served, pair.pool) == "GET /a HTTP/1.1\r\nHost: a.test\r\nx-y: z\r\n\r\n");
  CHECK(send(served, kOk).bytes == kOk.size());
  pair.server.release(served);
  pair.pump();
  CHECK(received(asked, pair.pool) == "HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok");
  pair.client.release(asked);
  pair.pump();
  CHECK(pair.client.streams() == 0);
  CHECK(pair.server.streams() == 0);
}

TEST_CASE("bodies of unstated length and trailers pass both ways") {
  Pair pair;
  H2Stream& asked = pair.ask(std::string(kPost) + "3\r\nabc\r\n0\r\nx-a: 1\r\n\r\n");
  H2Stream& served = pair.accept();
  CHECK(received(served, pair.pool) ==
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\nx-a: 1\r\n\r\n");
  send(served, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx-b: 2\r\n\r\n");
  pair.server.release(served);
  pair.pump();
  CHECK(received(asked, pair.pool) ==
        "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx-b: 2\r\n\r\n");
  pair.client.release(asked);
}

TEST_CASE("a body may come in pieces that are cut anywhere between chunks and trailers") {
  Pair pair;
  H2Stream& asked = pair.ask(kPost);
  for (const char* piece : {"3\r\n", "abc", "\r\n", "0\r\n", "x-a: 1\r\n", "x-b: 2\r\n", "\r\n"}) {
    CHECK(send(asked, piece).io == Io::done);
  }
  H2Stream& served = pair.accept();
  CHECK(received(served, pair.pool).ends_with("3\r\nabc\r\n0\r\nx-a: 1\r\nx-b: 2\r\n\r\n"));
  pair.server.release(served);
  pair.client.release(asked);
}

TEST_CASE("interim answers come before the one that counts") {
  Pair pair;
  H2Stream& asked = pair.ask(kGet);
  H2Stream& served = pair.accept();
  send(served, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  send(served, kOk);
  pair.server.release(served);
  pair.pump();
  CHECK(received(asked, pair.pool) ==
        "HTTP/1.1 103 \r\nlink: x\r\n\r\nHTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok");
  pair.client.release(asked);
}

TEST_CASE("what is not taken holds the sender, within the window and what waits before it") {
  constexpr std::size_t kWindow = 64 * 1024;
  Pair pair;
  H2Stream& asked = pair.ask(kGet);
  H2Stream& served = pair.accept();
  received(served, pair.pool);
  send(served, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
  const std::string piece(8 * 1024, 'x');
  std::size_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    const net::IoResult result = send(served, piece);
    sent += result.bytes;
    if (result.io == Io::would_block) {
      pair.pump();
      if (send(served, piece.substr(0, 1)).io == Io::would_block) break;
      ++sent;
    }
  }
  CHECK(sent >= kWindow);
  CHECK(sent <= kWindow + H2Stream::kMaxOutput);
  // Taking it lets more pass.
  CHECK(received(asked, pair.pool).size() > kWindow);
  pair.pump();
  CHECK(send(served, piece).bytes > 0);
  pair.server.release(served);  // it is not whole
  pair.pump();
  net::Buffer input(pair.pool);
  while (asked.recv(input).io == Io::done) input.clear();
  CHECK(asked.recv(input).io == Io::failed);
  CHECK(asked.peer_closed());
  pair.client.release(asked);
  pair.pump();
  CHECK(pair.client.streams() == 0);
  CHECK(pair.server.streams() == 0);
}

TEST_CASE("a request that is given up before its answer is reset") {
  Pair pair;
  H2Stream& asked = pair.ask(kGet);
  H2Stream& served = pair.accept();
  pair.client.release(asked);
  pair.pump();
  CHECK(served.peer_closed());
  CHECK(send(served, kOk).io == Io::failed);
  pair.server.release(served);
  CHECK(pair.server.streams() == 0);
}

TEST_CASE("an answer before the request's end stops the rest of it") {
  Pair pair;
  H2Stream& asked = pair.ask(kPost);
  H2Stream& served = pair.accept();
  send(served, kOk);
  pair.server.release(served);
  pair.pump();
  CHECK(received(asked, pair.pool).ends_with("ok"));
  CHECK(send(asked, "1\r\nx\r\n").io == Io::failed);
  pair.client.release(asked);
  CHECK(pair.server.streams() == 0);
}

TEST_CASE("streams at their bound and one past it") {
  H2Limits two;
  two.max_streams = 2;
  Pair pair(two);
  pair.pump();  // the bound is known
  H2Stream& first = pair.ask(kGet);
  H2Stream& second = pair.ask(kGet);
  CHECK_FALSE(pair.client.has_room());
  CHECK(pair.client.open() == nullptr);
  pair.client.release(first);
  pair.client.release(second);
  pair.pump();
  CHECK(pair.client.has_room());
}

TEST_CASE("a stream too many is refused, and the connection goes on") {
  H2Limits one;
  one.max_streams = 1;
  Pair pair(one);
  // Before the bound is known, which is when an honest client may pass it.
  H2Stream& first = pair.ask(kGet);
  H2Stream& second = pair.ask(kGet);
  H2Stream& served = pair.accept();
  CHECK(pair.server.accept() == nullptr);
  CHECK(second.refused());
  CHECK(pair.client.error() == 0);
  pair.client.release(second);
  CHECK(send(served, kOk).bytes == kOk.size());
  pair.server.release(served);
  pair.pump();
  CHECK(received(first, pair.pool).ends_with("ok"));
  pair.client.release(first);
  pair.pump();
  CHECK_FALSE(pair.client.shutting_down());
  H2Stream& third = pair.ask(kGet);
  pair.server.release(pair.accept());
  pair.pump();
  pair.client.release(third);
}

TEST_CASE("a server that leaves finishes what it has, and takes nothing new") {
  Pair pair;
  H2Stream& asked = pair.ask(kGet);
  H2Stream& served = pair.accept();
  pair.server.begin_shutdown();
  pair.pump();
  CHECK_FALSE(pair.client.has_room());
  CHECK_FALSE(pair.server.finished());
  send(served, kOk);
  pair.server.release(served);
  pair.pump();
  CHECK(received(asked, pair.pool).ends_with("ok"));
  CHECK(pair.server.finished());
  pair.client.release(asked);
}

TEST_CASE("what a server that leaves has not acted on may be sent elsewhere") {
  Pair pair;
  pair.pump();
  H2Stream& asked = pair.ask(kGet);
  pair.server.shut_down();  // before it has read it
  pair.pump();
  CHECK(asked.refused());
  CHECK(asked.peer_closed());
  pair.client.release(asked);
  CHECK(pair.client.streams() == 0);
}

TEST_CASE("a broken peer is told why, and heard no more") {
  Pair pair;
  pair.server.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(pair.server.deaf());
  CHECK_FALSE(pair.server.finished());
  std::string said;
  for (auto bytes = pair.server.produce(); !bytes.empty(); bytes = pair.server.produce()) {
    said += bytes;
  }
  CHECK(said.find(std::string("\7\0\0\0\0\0", 6)) != std::string::npos);  // GOAWAY
  CHECK(pair.server.finished());
}

TEST_CASE("a head that cannot be told apart from two is never sent") {
  Pair pair;
  H2Stream* stream = pair.client.open();
  CHECK(send(*stream, "GET / HTTP/1.1\r\nHost: a\r\nx").io == Io::failed);
  CHECK(send(*stream, "nonsense\r\n\r\n").io == Io::failed);
  pair.client.release(*stream);
  CHECK(pair.client.streams() == 0);
}
