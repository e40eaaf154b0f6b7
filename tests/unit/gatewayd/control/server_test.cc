#include "gatewayd/control/server.h"

#include <doctest/doctest.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <vector>

#include "gatewayd/control/head_gate.h"
#include "shared/control/client.h"
#include "shared/control/explain_message.h"
#include "tests/unit/gatewayd/control/fake_backend.h"
#include "tests/unit/gatewayd/control/raw_peer.h"

using namespace gateway::control;
using namespace std::chrono_literals;

namespace {

// A server over a fake daemon in a folder of its own.
struct Room {
  explicit Room(ServerOptions given = {}) {
    options = std::move(given);
    options.socket = folder.file("control.sock");
    auto started = Server::start(options, backend);
    REQUIRE(started.ok());
    server = std::move(*started);
  }

  std::string ask(std::string_view bytes) {
    RawPeer peer(options.socket);
    peer.send(bytes);
    return peer.receive();
  }

  TempFolder folder;
  FakeBackend backend;
  ServerOptions options;
  std::unique_ptr<Server> server;
};

bool is_problem(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ") &&
         answer.find("Content-Type: application/problem+json") != std::string::npos &&
         answer.find("\"status\":" + std::to_string(status)) != std::string::npos;
}

}  // namespace

TEST_CASE("the client reads what the backend says") {
  Room room;
  const Client client(room.options.socket);
  const auto status = client.get(kStatusPath);
  REQUIRE(status.ok());
  CHECK(status->at("format") == 1);
  CHECK(status->at("revision") == 41);
  CHECK(status->at("services")[0]["name"] == "caf\xef\xbf\xbd");  // no UTF-8: replaced
}

TEST_CASE("a reload is charged to the user at the other end of the socket") {
  Room room;
  const auto verdict = Client(room.options.socket).post(kReloadPath);
  REQUIRE(verdict.ok());
  CHECK(verdict->at("accepted") == true);
  const passwd* me = ::getpwuid(::getuid());
  const std::string expected = me ? me->pw_name : "uid:" + std::to_string(::getuid());
  CHECK(room.backend.reloaded_by() == expected);
}

TEST_CASE("a group counts where this process is a member of it") {
  const group* mine = ::getgrgid(::getegid());
  REQUIRE(mine != nullptr);
  const std::string name = mine->gr_name;
  CHECK(group_joined(name.c_str()) == ::getegid());
  CHECK_FALSE(group_joined("no-such-group-here"));
}

TEST_CASE("an upgrade is asked for with POST alone, in the name of the user at the other end") {
  Room room;
  CHECK(is_problem(room.ask("GET /api/v1/gateway/upgrade HTTP/1.1\r\nHost: x\r\n\r\n"), 405));
  CHECK(room.backend.asked().empty());
  const auto answer = Client(room.options.socket).post(kUpgradePath);
  REQUIRE(answer.ok());
  CHECK(room.backend.asked().starts_with("upgrade by "));
  const auto verdict = answer->get<UpgradeVerdict>();
  CHECK(verdict.accepted);
  CHECK(verdict.process == 42);
  CHECK(verdict.version == "1.2.4");
}

TEST_CASE("calls that cannot be answered get problem+json") {
  Room room;
  CHECK(is_problem(room.ask("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"), 404));
  const std::string refused = room.ask("GET /api/v1/gateway/reload HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(is_problem(refused, 405));
  CHECK(refused.find("Allow: POST\r\n") != std::string::npos);
  CHECK(room.backend.reloaded_by().empty());
  const std::string failed = room.ask("GET /api/v1/gateway/services HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(is_problem(failed, 500));
}

TEST_CASE("bytes that are no HTTP get a 400 at once") {
  Room room;
  CHECK(is_problem(room.ask(std::string("\x16\x03\x01\x00\xff\xfe", 6)), 400));
  CHECK(is_problem(room.ask("hello\r\n\r\n"), 400));
  CHECK(is_problem(room.ask("GET / HTTP/1.1\nHost: x\n\n"), 400));
  CHECK(is_problem(room.ask("\r\n\r\n"), 400));
}

TEST_CASE("a body may have 1 MiB and not one byte more, and a stated length") {
  Room room;
  const auto post = [](std::size_t size) {
    return "POST /api/v1/gateway/reload HTTP/1.1\r\nHost: x\r\nContent-Length: " +
           std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
  };
  CHECK(room.ask(post(1 << 20)).starts_with("HTTP/1.1 200 "));
  CHECK(is_problem(room.ask(post((1 << 20) + 1)), 413));
  CHECK(is_problem(room.ask("POST /api/v1/gateway/reload HTTP/1.1\r\nHost: x\r\n"
                            "Content-Length: 99999999999999999999999\r\n\r\n"),
                   413));
  CHECK(is_problem(room.ask("POST /api/v1/gateway/reload HTTP/1.1\r\nHost: x\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                   411));
}

TEST_CASE("a head past 16 KiB gets a 431, a target past httplib's bound a 414") {
  Room room;
  const std::string big(17 * 1024, 'a');
  CHECK(is_problem(room.ask("GET / HTTP/1.1\r\nX: " + big + "\r\n\r\n"), 431));
  CHECK(is_problem(room.ask("GET /" + big.substr(0, 9000) + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414));
}

TEST_CASE("a Range field changes nothing") {
  Room room;
  const std::string plain = room.ask("GET /api/v1/gateway/routes HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string ranges = "bytes=0-";
  for (int i = 0; i < 1000; ++i) ranges += ",0-";
  CHECK(room.ask("GET /api/v1/gateway/routes HTTP/1.1\r\nHost: x\r\nRange: " + ranges +
                 "\r\n\r\n") == plain);
}

TEST_CASE("silent clients hold no thread, and are told 408") {
  ServerOptions options;
  options.threads = 1;
  options.head_timeout = 300ms;
  Room room(options);
  std::vector<std::unique_ptr<RawPeer>> silent;
  for (int i = 0; i < 8; ++i) {
    silent.push_back(std::make_unique<RawPeer>(room.options.socket));
    silent.back()->send("GET /api");
  }
  CHECK(Client(room.options.socket).get(kStatusPath).ok());
  for (const auto& peer : silent) CHECK(is_problem(peer->receive(), 408));
}

TEST_CASE("200 connections at once: as many as the bound wait, the others are told 503") {
  ServerOptions options;
  options.max_connections = 64;
  options.head_timeout = 20s;
  Room room(options);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 200; ++i) {
    peers.push_back(std::make_unique<RawPeer>(room.options.socket));
    REQUIRE(peers.back()->connected());
  }
  int refused = 0;
  for (std::size_t i = 64; i < peers.size(); ++i) refused += is_problem(peers[i]->receive(), 503);
  CHECK(refused == 136);
  int served = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    peers[i]->send("GET /api/v1/gateway/status HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  for (std::size_t i = 0; i < 64; ++i) served += peers[i]->receive().starts_with("HTTP/1.1 200 ");
  CHECK(served == 64);
  peers.clear();
  CHECK(Client(room.options.socket).get(kStatusPath).ok());
}

TEST_CASE("the socket is for owner and group, and gone after the end") {
  Room room;
  struct stat found {};
  REQUIRE(::stat(room.options.socket.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0660);
  room.server.reset();
  CHECK(::stat(room.options.socket.c_str(), &found) != 0);
}

TEST_CASE("a live socket is refused, a dead one replaced, another file kept") {
  Room room;
  const auto second = Server::start(room.options, room.backend);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().message.find("another process answers on it") != std::string::npos);
  CHECK(Client(room.options.socket).get(kStatusPath).ok());

  ServerOptions options;
  options.socket = room.folder.file("dead.sock");
  { const auto dead = listen_unix(options.socket); }  // closed, its file stays
  const auto replaced = Server::start(options, room.backend);
  REQUIRE(replaced.ok());
  CHECK(Client(options.socket).get(kStatusPath).ok());

  options.socket = room.folder.file("notes.txt");
  std::ofstream(options.socket) << "keep me";
  CHECK_FALSE(Server::start(options, room.backend).ok());
  CHECK(std::filesystem::file_size(options.socket) == 7);

  options.socket = room.folder.file(std::string(200, 'x'));
  CHECK_FALSE(Server::start(options, room.backend).ok());
  options.socket = room.folder.file("missing/control.sock");
  CHECK_FALSE(Server::start(options, room.backend).ok());
}

TEST_CASE("a question to explain is read, whole and bounded") {
  Room room;
  const auto asked = Client(room.options.socket)
                         .post_json(kExplainPath, {{"method", "PUT"}, {"path", "/caf\xff"}});
  REQUIRE(asked.ok());
  CHECK(asked->at("format") == 1);
  CHECK(asked->at("method") == "PUT");
  CHECK(asked->at("target") == "/caf\xef\xbf\xbd");

  const auto post = [&](std::string_view fields, std::string_view body) {
    return room.ask("POST /api/v1/gateway/explain HTTP/1.1\r\nHost: x\r\n" + std::string(fields) +
                    "\r\n" + std::string(body));
  };
  const auto json = [&](std::string_view body) {
    return post(
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
        body);
  };
  CHECK(json("{}").starts_with("HTTP/1.1 200 "));
  const std::string most = R"({"path":"/)" + std::string(kMaxBody - 12, 'a') + "\"}";
  REQUIRE(most.size() == kMaxBody);
  CHECK(json(most).starts_with("HTTP/1.1 200 "));
  CHECK(is_problem(json(most + " "), 413));
  for (const std::string& wrong :
       {std::string(""), std::string("["), std::string("[]"), std::string("null"),
        std::string(100'000, '['), std::string(R"({"path":7})"), std::string(R"({"nonsense":1})"),
        std::string(R"({"method":"GET /"})"), std::string(R"({"client":"nobody"})"),
        std::string(R"({"time":"soon"})"), std::string(R"({"fields":[["a"]]})"),
        std::string(R"({"fields":[["a","b\r\nc"]]})")}) {
    CAPTURE(wrong.substr(0, 40));
    CHECK(is_problem(json(wrong), 400));
  }
  CHECK(is_problem(post("", ""), 411));
  CHECK(is_problem(
      post("Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n", "0\r\n\r\n"), 411));
  CHECK(is_problem(post("Content-Length: 2\r\n", "{}"), 415));
  CHECK(is_problem(post("Content-Length: 2\r\nContent-Type: application/json\r\n"
                        "Content-Encoding: gzip\r\n",
                        "{}"),
                   415));
  CHECK(is_problem(room.ask("GET /api/v1/gateway/explain HTTP/1.1\r\nHost: x\r\n\r\n"), 405));
}

TEST_CASE("a question that does not come as announced costs its caller alone") {
  ServerOptions options;
  options.call_timeout = 200ms;
  Room room(options);
  RawPeer peer(room.options.socket);
  peer.send(
      "POST /api/v1/gateway/explain HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: 100\r\n\r\n{");
  CHECK(Client(room.options.socket).get(kStatusPath).ok());
  CHECK_FALSE(peer.receive().starts_with("HTTP/1.1 200 "));
}
