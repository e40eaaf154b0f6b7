#include "gatewayd/http/h2_fields.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace gateway;
using namespace gateway::http;
using Kind = H2HeadReader::Kind;
using Pairs = std::vector<std::pair<std::string, std::string>>;

const Pairs kGet = {
    {":method", "GET"}, {":scheme", "http"}, {":authority", "a.test"}, {":path", "/x?y"}};

H2HeadReader read(const Pairs& fields, Kind kind = Kind::request, std::size_t most = 1000) {
  H2HeadReader reader;
  reader.begin(kind, most);
  for (const auto& [name, value] : fields) reader.add(name, value);
  return reader;
}

Pairs with(Pairs fields, const Pairs& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

// The head of a request; "" when it is malformed.
std::string request(const Pairs& fields, bool open = false) {
  std::string head;
  return read(fields).write_request(open, head) ? head : std::string();
}

std::string answer(const Pairs& fields, bool open, bool to_head = false) {
  std::string head;
  return read(fields, Kind::response).write_response(open, to_head, head) ? head : std::string();
}

}  // namespace

TEST_CASE("a request becomes a head of HTTP/1") {
  CHECK(request(with(kGet, {{"accept", "text/html"}})) ==
        "GET /x?y HTTP/1.1\r\nHost: a.test\r\naccept: text/html\r\n\r\n");
}

TEST_CASE("a body is chunked unless its length is stated") {
  CHECK(request(kGet, true).ends_with("\r\nTransfer-Encoding: chunked\r\n\r\n"));
  CHECK(request(with(kGet, {{"content-length", "5"}}), true)
            .ends_with("\r\ncontent-length: 5\r\n\r\n"));
}

TEST_CASE("crumbs of a cookie are one field again") {
  CHECK(request(with(kGet, {{"cookie", "a=1"}, {"x", "y"}, {"cookie", "b=2"}})) ==
        "GET /x?y HTTP/1.1\r\nHost: a.test\r\nx: y\r\ncookie: a=1; b=2\r\n\r\n");
}

TEST_CASE("the host stands once") {
  CHECK(request(with(kGet, {{"host", "A.test"}})) == request(kGet));
  CHECK(request(with(kGet, {{"host", "b.test"}})).empty());
  CHECK(request(with(kGet, {{"host", "a.test"}, {"host", "a.test"}})).empty());
  CHECK(request({{":method", "GET"}, {":path", "/"}, {"host", "b"}}) ==
        "GET / HTTP/1.1\r\nHost: b\r\n\r\n");
}

TEST_CASE("what would be another message to the next reader is refused") {
  CHECK(request(with(kGet, {{"x", "a\r\nb: c"}})).empty());
  CHECK(request(with(kGet, {{"x\r\n", "a"}})).empty());
  CHECK(request(with(kGet, {{"x", std::string("\0", 1)}})).empty());
  CHECK(request(with(kGet, {{"", "a"}})).empty());
  CHECK(request({{":method", "GET"}, {":path", "/ HTTP/1.1\r\nx: y"}}).empty());
  CHECK(request({{":method", "GET"}, {":path", "http://b/"}}).empty());
  CHECK(request({{":method", "GET"}, {":path", ""}}).empty());
  CHECK(request({{":path", "/"}}).empty());
  CHECK(request(with(kGet, {{":status", "200"}})).empty());
}

TEST_CASE("fields of one hop are refused") {
  for (const char* name :
       {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}) {
    CAPTURE(name);
    CHECK(request(with(kGet, {{name, "x"}})).empty());
  }
  CHECK(request(with(kGet, {{"te", "gzip"}})).empty());
  CHECK(request(with(kGet, {{"te", "trailers"}})).find("te: trailers\r\n") != std::string::npos);
}

TEST_CASE("an extended CONNECT asks to upgrade, with a key of its own") {
  const Pairs tunnel = {{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "http"},
                        {":authority", "a"},    {":path", "/chat"},         {"origin", "o"}};
  const std::string head = request(tunnel, true);
  CHECK(
      head.starts_with("GET /chat HTTP/1.1\r\nHost: a\r\norigin: o\r\nConnection: upgrade\r\n"
                       "Upgrade: websocket\r\nSec-WebSocket-Key: "));
  CHECK(head.find("chunked") == std::string::npos);
  CHECK(head != request(tunnel, true));
  CHECK(read(tunnel).asks_for_tunnel());
  CHECK(request(with(tunnel, {{"content-length", "1"}}), true).empty());
  CHECK(request(with(kGet, {{":protocol", "websocket"}})).empty());
}

TEST_CASE("CONNECT alone is a request for a host") {
  CHECK(request({{":method", "CONNECT"}, {":authority", "a:1"}}) ==
        "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
}

TEST_CASE("a head is kept up to its bound, and not past it") {
  // name, value and four octets of each field
  const Pairs fields = {{":path", "/"}, {"x", "12345"}};  // 10 + 10
  CHECK_FALSE(read(fields, Kind::request, 20).too_large());
  CHECK(read(fields, Kind::request, 19).too_large());
  CHECK(read(fields, Kind::request, 19).size() == 20);
}

TEST_CASE("an answer becomes a head of HTTP/1") {
  const Pairs ok = {{":status", "200"}, {"a", "b"}};
  CHECK(answer(ok, true) == "HTTP/1.1 200 \r\na: b\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(answer(ok, false) == answer(ok, true));
  CHECK(answer(with(ok, {{"content-length", "3"}}), true) ==
        "HTTP/1.1 200 \r\na: b\r\ncontent-length: 3\r\n\r\n");
  CHECK(answer(ok, false, true) == "HTTP/1.1 200 \r\na: b\r\n\r\n");
  CHECK(answer({{":status", "204"}}, false) == "HTTP/1.1 204 \r\n\r\n");
  CHECK(answer({{":status", "103"}}, true) == "HTTP/1.1 103 \r\n\r\n");
}

TEST_CASE("an answer that HTTP/2 does not have is malformed") {
  CHECK(answer({{"a", "b"}}, false).empty());
  CHECK(answer({{":status", "20"}}, false).empty());
  CHECK(answer({{":status", "2000"}}, false).empty());
  CHECK(answer({{":status", "600"}}, false).empty());
  CHECK(answer({{":status", "101"}}, false).empty());
  CHECK(answer({{":status", "204"}}, true).empty());
  CHECK(answer({{":status", "200"}, {":path", "/"}}, false).empty());
}

TEST_CASE("trailers are lines") {
  std::string lines;
  CHECK(read({{"grpc-status", "0"}}, Kind::trailers).write_trailers(lines));
  CHECK(lines == "grpc-status: 0\r\n");
  CHECK_FALSE(read({{":status", "200"}}, Kind::trailers).write_trailers(lines));
}

TEST_CASE("what is sent leaves out what HTTP/2 has no place for") {
  H2FieldList list;
  const auto added = [&](std::string_view name, std::string_view value) {
    const std::size_t before = list.size();
    list.add({name, value, {}, identify_field(name)});
    return list.size() > before;
  };
  CHECK(added("Content-Type", "text/html"));
  CHECK(added("TE", "trailers"));
  CHECK_FALSE(added("TE", "gzip"));
  CHECK_FALSE(added("Connection", "close"));
  CHECK_FALSE(added("Transfer-Encoding", "chunked"));
  CHECK_FALSE(added("Upgrade", "websocket"));
}
