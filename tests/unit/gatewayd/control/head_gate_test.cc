#include "gatewayd/control/head_gate.h"

#include <doctest/doctest.h>

using gateway::control::HeadGate;
using gateway::control::kMaxHead;
using State = HeadGate::State;

TEST_CASE("a head is complete at its empty line, however it is cut") {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  for (std::size_t cut = 1; cut < head.size(); ++cut) {
    HeadGate gate;
    CHECK(gate.feed(std::string_view(head).substr(0, cut)) == State::more);
    CHECK(gate.feed(std::string_view(head).substr(cut)) == State::complete);
    CHECK(gate.take() == head);
  }
}

TEST_CASE("what follows the head is handed on") {
  HeadGate gate;
  CHECK(gate.feed("POST / HTTP/1.1\r\n\r\n\x01\x02 body") == State::complete);
  CHECK(gate.take() == "POST / HTTP/1.1\r\n\r\n\x01\x02 body");
}

TEST_CASE("Range fields are left out, since answers are whole") {
  HeadGate gate;
  CHECK(gate.feed("GET / HTTP/1.1\r\nrAnGe : bytes=0-1\r\nHost: x\r\n\r\n") == State::complete);
  CHECK(gate.take() == "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
}

TEST_CASE("a head may have 16 KiB and not one byte more") {
  const std::string start = "GET / HTTP/1.1\r\nX: ";
  const auto head_of = [&](std::size_t size) {
    return start + std::string(size - start.size() - 4, 'a') + "\r\n\r\n";
  };
  HeadGate fits;
  CHECK(fits.feed(head_of(kMaxHead)) == State::complete);
  HeadGate over;
  CHECK(over.feed(head_of(kMaxHead + 1)) == State::refused);
  CHECK(over.status() == 431);
}

TEST_CASE("bytes that no head can hold are refused at once") {
  for (const std::string& bytes :
       {std::string("\x16\x03\x01", 3), std::string("GET /\0", 6), std::string("GET / HTTP/1.1\n"),
        std::string("\n"), std::string("GET /\x7f")}) {
    HeadGate gate;
    CHECK(gate.feed(bytes) == State::refused);
    CHECK(gate.status() == 400);
    CHECK_FALSE(gate.detail().empty());
  }
}
