#include "gatewayd/http/chunked.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using gateway::http::ChunkedDecoder;
using State = ChunkedDecoder::State;

struct Decoded {
  State state = State::more;
  std::string data;
  std::string trailers;
  std::size_t used = 0;
};

// Feeds `wire` in pieces of `step` bytes, as a connection's buffer would.
Decoded decode(const std::string& wire, std::size_t step) {
  ChunkedDecoder decoder;
  Decoded result;
  std::size_t received = 0;
  while (result.state != State::end && result.state != State::malformed) {
    const auto got =
        decoder.next(std::string_view(wire).substr(result.used, received - result.used));
    result.used += got.used;
    result.data.append(got.data);
    result.state = got.state;
    if (got.state == State::more && got.used == 0) {
      if (received == wire.size()) break;
      received = std::min(wire.size(), received + step);
    }
  }
  result.trailers = decoder.trailers();
  return result;
}

}  // namespace

TEST_CASE("a chunked body is the same however it is cut") {
  const std::string wire =
      "5\r\nhello\r\n6;name=\"v\"\r\n world\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\nGET";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    CAPTURE(step);
    const Decoded body = decode(wire, step);
    CHECK(body.state == State::end);
    CHECK(body.data == "hello world");
    CHECK(body.trailers == "X-Sum: 1\r\n");  // a framing field is no trailer (RFC 9110 §6.5.1)
    CHECK(body.used == wire.size() - 3);
  }
}

TEST_CASE("malformed chunks are refused") {
  const std::string wires[] = {
      "x\r\n",
      "\r\n",
      "-1\r\nx\r\n",
      "0x1\r\nx\r\n",
      "1 \r\nx\r\n0\r\n\r\n",
      "1\nx\r\n0\r\n\r\n",
      "1\r\nxy\r\n0\r\n\r\n",
      "1\r\nx\n0\r\n\r\n",
      "1\r\nx\rz0\r\n\r\n",
      "1;a\x01\r\nx\r\n0\r\n\r\n",
      "1;a\rb\r\nx\r\n0\r\n\r\n",
      "1234567890abcdef\r\n",
      "0\r\nX : 1\r\n\r\n",
      "0\r\nX: 1\n\r\n",
      "1\rx",
  };
  for (const std::string& wire : wires) {
    CAPTURE(wire);
    for (const std::size_t step : {std::size_t{1}, wire.size()}) {
      CHECK(decode(wire, step).state == State::malformed);
    }
  }
}

TEST_CASE("bounds of a chunk line, of extensions and of trailers") {
  using gateway::http::kMaxChunkLine;
  using gateway::http::kMaxExtensions;
  using gateway::http::kMaxTrailers;
  const auto line = [](std::size_t size) { return "1;" + std::string(size - 4, 'e') + "\r\n"; };
  CHECK(decode(line(kMaxChunkLine) + "x\r\n0\r\n\r\n", 64).state == State::end);
  CHECK(decode(line(kMaxChunkLine + 1) + "x\r\n0\r\n\r\n", 64).state == State::malformed);

  const std::string chunk = line(kMaxChunkLine) + "x\r\n";
  const std::size_t per_chunk = kMaxChunkLine - 3;  // ";eee…" without the size and CRLF
  std::string many;
  for (std::size_t i = 0; i < kMaxExtensions / per_chunk; ++i) many += chunk;
  CHECK(decode(many + "0\r\n\r\n", 4096).state == State::end);
  CHECK(decode(many + chunk + "0\r\n\r\n", 4096).state == State::malformed);

  const auto trailers = [](std::size_t size) {
    return "0\r\nX: " + std::string(size - 7, 'v') + "\r\n\r\n";  // size of all after "0\r\n"
  };
  CHECK(decode(trailers(kMaxTrailers), 4096).state == State::end);
  CHECK(decode(trailers(kMaxTrailers + 1), 4096).state == State::malformed);

  std::string fields;
  for (std::size_t i = 0; i < gateway::http::kMaxTrailerFields; ++i) fields += "X: 1\r\n";
  CHECK(decode("0\r\n" + fields + "\r\n", 4096).state == State::end);
  CHECK(decode("0\r\n" + fields + "X: 1\r\n\r\n", 4096).state == State::malformed);
}

TEST_CASE("a size of fifteen digits is taken") {
  ChunkedDecoder decoder;
  const auto step = decoder.next("7fffffffffffff0\r\n");
  CHECK(step.state == State::more);
  CHECK(step.used == 17);
}
