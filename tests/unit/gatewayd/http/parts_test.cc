#include "gatewayd/http/parts.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::http {
namespace {

std::string sent(const Parts& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.count(); ++i) {
    text.append(static_cast<const char*>(parts.data()[i].iov_base), parts.data()[i].iov_len);
  }
  return text;
}

TEST_CASE("a short body joins its head") {
  std::string head = "HTTP/1.1 200 OK\r\n\r\n";
  Parts parts;
  parts.add(head);
  parts.add("0123456789");
  SUBCASE("as long as it may be") {
    parts.join(head, 10);
    CHECK(parts.count() == 1);
    CHECK(head == "HTTP/1.1 200 OK\r\n\r\n0123456789");
  }
  SUBCASE("one longer") {
    parts.join(head, 9);
    CHECK(parts.count() == 2);
    CHECK(head == "HTTP/1.1 200 OK\r\n\r\n");
  }
  CHECK(sent(parts) == "HTTP/1.1 200 OK\r\n\r\n0123456789");
}

TEST_CASE("chunks join with their sizes") {
  std::string head = "head";
  Parts parts;
  parts.add(head);
  parts.add_chunk("body");
  parts.add_last_chunk({});
  parts.join(head, 100);
  CHECK(parts.count() == 1);
  CHECK(sent(parts) == "head4\r\nbody\r\n0\r\n\r\n");
  CHECK_FALSE(parts.consume(5));
  CHECK(sent(parts) == "\r\nbody\r\n0\r\n\r\n");
  CHECK(parts.consume(sent(parts).size()));
  CHECK(parts.empty());
}

TEST_CASE("a head alone stays as it is") {
  std::string head = "head";
  Parts parts;
  parts.add(head);
  parts.join(head, 100);
  CHECK(sent(parts) == "head");
}

}  // namespace
}  // namespace gateway::http
