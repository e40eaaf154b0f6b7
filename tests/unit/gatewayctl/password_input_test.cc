#include "gatewayctl/password_input.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "shared/policy/password_hash.h"

using namespace gateway;
using namespace gateway::ctl;

namespace {

// What comes of a pipe with these bytes in it: the password, or "! " and why there is none.
std::string piped(const std::string& bytes) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  REQUIRE(::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  ::close(ends[1]);
  std::ostringstream prompts;
  auto read = read_password(ends[0], prompts);
  ::close(ends[0]);
  CHECK(prompts.str().empty());
  return read.ok() ? *read : "! " + read.error().message;
}

// A terminal whose other side the test is.
struct Terminal {
  Terminal() : hand(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(hand >= 0);
    REQUIRE(::grantpt(hand) == 0);
    REQUIRE(::unlockpt(hand) == 0);
    screen = ::open(::ptsname(hand), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(screen >= 0);
  }
  ~Terminal() {
    ::close(screen);
    ::close(hand);
  }
  bool echoes() const {
    termios settings{};
    ::tcgetattr(screen, &settings);
    return (settings.c_lflag & ECHO) != 0;
  }
  // Types each line once the terminal has stopped to echo and asked for it.
  std::string ask(const std::vector<std::string>& lines) {
    std::string result;
    std::thread asker([&] {
      auto read = read_password(screen, prompts);
      result = read.ok() ? *read : "! " + read.error().message;
    });
    while (echoes()) std::this_thread::yield();
    for (const std::string& line : lines) {
      CHECK(::write(hand, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    }
    asker.join();
    return result;
  }
  // What the terminal has shown.
  std::string shown() const {
    std::string text;
    pollfd ready{hand, POLLIN, 0};
    char bytes[256];
    while (::poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) != 0) {
      const ssize_t count = ::read(hand, bytes, sizeof(bytes));
      if (count <= 0) break;
      text.append(bytes, static_cast<std::size_t>(count));
    }
    return text;
  }

  int hand;
  int screen = -1;
  std::ostringstream prompts;
};

}  // namespace

TEST_CASE("a password from a file or a pipe is all of it but the line end") {
  CHECK(piped("secret") == "secret");
  CHECK(piped("secret\n") == "secret");
  CHECK(piped("secret\r\n") == "secret");
  CHECK(piped(" with spaces: \xc3\xbc \n") == " with spaces: \xc3\xbc ");
  CHECK(piped("") == "! the password is empty");
  CHECK(piped("\n") == "! the password is empty");
  for (const std::string& odd :
       {std::string("two\nlines"), std::string("a\tb"), std::string("a\n\n"),
        std::string("a\0b", 3), std::string("a\x7f")}) {
    CHECK(piped(odd) == "! a password is one line without control characters");
  }
}

TEST_CASE("a password has a bound") {
  const std::string most(policy::kMaxPasswordSize, 'a');
  CHECK(piped(most) == most);
  CHECK(piped(most + "\r\n") == most);
  CHECK(piped(most + "a") == "! a password has at most 512 bytes");
  CHECK(piped(most + most + most) == "! a password has at most 512 bytes");
}

TEST_CASE("a descriptor that cannot be read is an error") {
  std::ostringstream prompts;
  CHECK(read_password(-1, prompts).error().message.starts_with("the password cannot be read: "));
}

TEST_CASE("a terminal is asked twice, shows nothing, and echoes again") {
  Terminal terminal;
  REQUIRE(terminal.echoes());
  CHECK(terminal.ask({"secret\n", "secret\n"}) == "secret");
  CHECK(terminal.prompts.str() == "Password: Again: ");
  CHECK(terminal.echoes());
  CHECK(terminal.shown().find("secret") == std::string::npos);
  CHECK(terminal.ask({"secret\n", "sacred\n"}) == "! the two passwords differ");
  CHECK(terminal.ask({"\n"}) == "! the password is empty");
  CHECK(terminal.echoes());
}
