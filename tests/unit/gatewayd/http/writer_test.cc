#include <doctest/doctest.h>

#include <string>

#include "gatewayd/http/body.h"
#include "gatewayd/http/field_lines.h"
#include "gatewayd/http/h1_writer.h"
#include "gatewayd/http/parts.h"

namespace {

using namespace gateway;
using namespace gateway::http;

Fields parse(const std::string& lines) {
  Fields fields;
  REQUIRE_FALSE(parse_field_lines(lines, 100, fields));
  return fields;
}

std::string sent(const Parts& parts) {
  std::string out;
  for (std::size_t i = 0; i < parts.count(); ++i) {
    const iovec& piece = parts.data()[i];
    out.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  return out;
}

}  // namespace

TEST_CASE("fields of one hop stay behind, with those that Connection names") {
  const std::string lines =
      "A: 1\r\nConnection: close, X-Drop\r\nB: 2\r\nKeep-Alive: 5\r\nx-drop: 3\r\nTE: gzip\r\n"
      "Transfer-Encoding: chunked\r\nUpgrade: h2c\r\nProxy-Connection: x\r\nC: 3\r\n\r\n";
  std::string out;
  append_fields(parse(lines), kHopByHop, out);
  CHECK(out == "A: 1\r\nB: 2\r\nC: 3\r\n");
}

TEST_CASE("repeated fields keep their order") {
  std::string out;
  append_fields(parse("Set-Cookie: a\r\nX: 1\r\nSet-Cookie: b\r\n\r\n"), kHopByHop, out);
  CHECK(out == "Set-Cookie: a\r\nX: 1\r\nSet-Cookie: b\r\n");
}

TEST_CASE("parts are sent in order, whole or in bits") {
  Parts parts;
  parts.add("head");
  parts.add("");
  parts.add_chunk(std::string_view("0123456789abcdef"));
  parts.add_last_chunk("T: 1\r\n");
  const std::string all = "head10\r\n0123456789abcdef\r\n0\r\nT: 1\r\n\r\n";
  CHECK(sent(parts) == all);
  CHECK_FALSE(parts.consume(6));
  CHECK(sent(parts) == all.substr(6));
  CHECK(parts.consume(all.size() - 6));
  CHECK(parts.empty());
}

TEST_CASE("parts are full while the end of a body still fits") {
  Parts parts;
  while (!parts.full()) parts.add_chunk("x");
  parts.add_last_chunk("T: 1\r\n");
  CHECK(sent(parts).ends_with("0\r\nT: 1\r\n\r\n"));
}

TEST_CASE("a body of stated length ends there and leaves the rest") {
  net::BufferPool pool;
  net::Buffer input(pool);
  input.reserve();
  const std::string text = "hello next";
  std::copy(text.begin(), text.end(), input.free_data());
  input.commit(text.size());
  BodyReader body(Framing::length, 5, 100);
  CHECK(body.take(input).data == "hello");
  CHECK(body.take(input).state == BodyReader::State::end);
  CHECK(body.ended());
  CHECK(input.view() == " next");
}

TEST_CASE("a body is refused one byte past its bound") {
  net::BufferPool pool;
  for (const std::size_t size : {5, 6}) {
    net::Buffer input(pool);
    input.reserve();
    input.commit(size);
    BodyReader body(Framing::until_close, 0, 5);
    const bool too_large = body.take(input).state == BodyReader::State::too_large;
    CHECK(too_large == (size == 6));
  }
}
