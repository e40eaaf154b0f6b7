#include "gatewayd/journal/journald.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/unit/shared/store/scratch.h"

using namespace gateway::journal;

namespace {

// Takes the datagrams that journald would.
class FakeJournald {
 public:
  explicit FakeJournald(const std::string& path)
      : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  }
  ~FakeJournald() { ::close(fd_); }

  std::string take() {
    std::string data(64 << 10, '\0');
    const ssize_t size = ::recv(fd_, data.data(), data.size(), MSG_DONTWAIT);
    data.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return data;
  }

 private:
  int fd_;
};

}  // namespace

TEST_CASE("an entry has the fields that journalctl asks for") {
  CHECK(
      journald_entry(Category::service, Level::warning, "disk full",
                     {{"path", "/x"}, {"request_id", "0192"}}, 0) ==
      "MESSAGE=disk "
      "full\nPRIORITY=4\nSYSLOG_IDENTIFIER=gatewayd\nGATEWAYD_CATEGORY=service\nGATEWAYD_PATH=/x\n"
      "REQUEST_ID=0192\n");
  CHECK(journald_entry(Category::store, Level::error, "m", {{"bad name=\n", "v"}}, 3) ==
        "MESSAGE=m\nPRIORITY=3\nSYSLOG_IDENTIFIER=gatewayd\nGATEWAYD_CATEGORY=store\nGATEWAYD_BAD_"
        "NAME__=v\n"
        "GATEWAYD_DROPPED=3\n");
}

TEST_CASE("a value with a line end is sent with its length, and can set no field of its own") {
  const std::string entry = journald_entry(Category::system, Level::info, "a\nPRIORITY=0", {}, 0);
  CHECK(entry ==
        "MESSAGE\n" + std::string("\x0c\0\0\0\0\0\0\0", 8) +
            "a\nPRIORITY=0\nPRIORITY=6\nSYSLOG_IDENTIFIER=gatewayd\nGATEWAYD_CATEGORY=system\n");
}

TEST_CASE("a journald that does not read, or is not there, holds up nobody; the number is told") {
  const Scratch scratch;
  const std::string path = scratch.path("socket");
  Journald journald(path);
  CHECK_FALSE(journald.send(Category::system, Level::info, "nobody is there", {}));
  CHECK(journald.dropped() == 1);
  FakeJournald reader(path);
  int taken = 0;
  while (taken < 100'000 &&
         journald.send(Category::system, Level::info, std::string(1'000, 'x'), {}))
    ++taken;
  CHECK(taken > 0);
  CHECK(taken < 100'000);
  CHECK(journald.dropped() == 2);
  CHECK(reader.take().find("GATEWAYD_DROPPED=1\n") != std::string::npos);
  CHECK(journald.send(Category::system, Level::info, "again", {}));
  std::string last;
  for (std::string next = reader.take(); !next.empty(); next = reader.take()) last = next;
  CHECK(last.starts_with("MESSAGE=again\n"));
  CHECK(last.find("GATEWAYD_DROPPED=1\n") != std::string::npos);
}

TEST_CASE("a daemon's log goes to journald, leaves it and comes back") {
  const Scratch scratch;
  FakeJournald reader(scratch.path("socket"));
  auto log = DaemonLog::open({.to = "journald", .journald_socket = scratch.path("socket")});
  REQUIRE(log.ok());
  (*log)->warning("first", {{"service", "lab"}});
  const std::string entry = reader.take();
  CHECK(entry.starts_with("MESSAGE=first\nPRIORITY=4\n"));
  CHECK(entry.find("GATEWAYD_SERVICE=lab\n") != std::string::npos);
  REQUIRE((*log)->redirect(scratch.path("file")).ok());
  (*log)->info("second");
  CHECK(reader.take().empty());
  REQUIRE((*log)->redirect("journald").ok());
  (*log)->debug("too little");
  (*log)->info("third");
  CHECK(reader.take().starts_with("MESSAGE=third\n"));
}
