#include "gatewayd/net/ask.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace {

using namespace gateway;
using namespace gateway::net;

// Takes one connection, reads a head, sends `answer`, and keeps what it was asked.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : answer_(std::move(answer)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    socklen_t size = sizeof(address);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }

  Question question() const {
    Question question;
    question.host = "127.0.0.1";
    question.port = port_;
    return question;
  }
  const std::string& asked() const { return asked_; }

 private:
  void serve() {
    const int fd = ::accept(socket_, nullptr, nullptr);
    if (fd < 0) return;
    char bytes[4096];
    while (asked_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(fd, bytes, sizeof(bytes), 0);
      if (got <= 0) break;
      asked_.append(bytes, static_cast<std::size_t>(got));
    }
    ::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    if (answer_.empty()) ::recv(fd, bytes, sizeof(bytes), 0);  // silence until the asker gives up
    ::close(fd);
  }

  std::string answer_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::string asked_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a question brings status and body") {
  OneAnswer service("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  Question question = service.question();
  question.method = "POST";
  question.target = "/introspect";
  question.fields = {{"Authorization", "Basic eDp5"}};
  question.body = "token=abc";
  const auto reply = ask(question);
  REQUIRE(reply.ok());
  CHECK(reply->status == 200);
  CHECK(reply->body == "hi");
  CHECK(service.asked().starts_with("POST /introspect HTTP/1.1\r\n"));
  CHECK(service.asked().find("Authorization: Basic eDp5\r\n") != std::string::npos);
  CHECK(service.asked().find("Content-Length: 9\r\n") != std::string::npos);
}

TEST_CASE("an answer may be as long as the question says, and not a byte longer") {
  for (const std::size_t size : {std::size_t{10}, std::size_t{11}}) {
    OneAnswer service("HTTP/1.1 200 OK\r\n\r\n" + std::string(size, 'x'));
    Question question = service.question();
    question.max_answer = 10;
    CHECK(ask(question).ok() == (size == 10));
  }
}

TEST_CASE("what does not answer, or not in HTTP, is told with the step that failed") {
  Question question;
  {
    OneAnswer service("");
    question = service.question();
    question.timeout = milliseconds(500);
    const auto silent = ask(question);
    REQUIRE_FALSE(silent.ok());
    CHECK(silent.error().reason.starts_with("receive: "));
  }
  const auto refused = ask(question);  // its port is closed by now
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().reason.starts_with("connect: "));

  OneAnswer garbage("SSH-2.0-OpenSSH\r\n\r\n");
  const auto malformed = ask(garbage.question());
  REQUIRE_FALSE(malformed.ok());
  CHECK(malformed.error().reason.starts_with("receive: "));
}

TEST_CASE("a question is given up when it is told to stop, before and while it waits") {
  std::stop_source source;
  OneAnswer silent("");
  Question question = silent.question();
  question.timeout = 60s;
  question.stop = source.get_token();
  std::thread stops([&source] { source.request_stop(); });
  CHECK_FALSE(ask(question).ok());
  stops.join();
  CHECK_FALSE(ask(question).ok());
}

TEST_CASE("where the address is known the name is not looked up, and is still who is asked") {
  OneAnswer service("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  Question question = service.question();
  question.host = "no-such-name.invalid";
  question.address = parse_ip("127.0.0.1");
  CHECK(ask(question).ok());
  CHECK(service.asked().find("Host: no-such-name.invalid:") != std::string::npos);
}
