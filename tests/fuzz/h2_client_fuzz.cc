// A client's HTTP/2 session takes any bytes from a service. Requests are sent over it as the
// gateway sends them; whatever comes of them is heads that the strict reader takes or refuses, then
// a body that the decoder takes or refuses. A service opens no stream, nothing may be left over at
// the end, and what waits to be sent stays within its bounds.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/h2_fuzz.h"

namespace {

using namespace h2_fuzz;

constexpr std::string_view kGreeting("\0\0\0\4\0\0\0\0\0", 9);  // SETTINGS that change nothing
constexpr std::string_view kRequests[] = {
    "GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n",
    "HEAD /b HTTP/1.1\r\nHost: a.test\r\n\r\n",
    "POST /c HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello",
    "POST /d HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
};

struct Asked {
  H2Stream* stream;
  bool to_head;
  bool done = false;
};

// What the stream received is heads of HTTP/1 and the content of the last, or refused by its
// readers.
void read_answer(Asked& asked, net::BufferPool& pool) {
  net::Buffer input(pool);
  if (asked.stream->recv(input).io != net::Io::done) return;
  asked.done = true;
  for (;;) {
    HeadScanner scanner;
    if (scanner.scan(input.view()) != HeadScanner::State::complete) return;
    const std::string head(input.view().substr(0, scanner.size()));
    ResponseHead response;
    if (parse_response_head(head, HeadLimits{}, asked.to_head, response)) return;
    require(response.status != 101);  // nobody asked for another protocol
    input.consume(head.size());
    if (response.status >= 200) return read_body(response, input);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  static net::Loop loop;
  static net::BufferPool pool;
  const std::uint8_t plan = data[0];
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  {
    H2Session session(H2Session::Role::client,
                      {.max_streams = 10, .max_resets = 20, .max_control_frames = 50}, false, loop,
                      pool);
    std::vector<Asked> asked;
    if ((plan & 1) != 0) session.receive(kGreeting);
    for (std::size_t i = 0; i <= (plan >> 1 & 3U); ++i) {
      H2Stream* stream = session.open();
      if (stream == nullptr) break;
      asked.push_back({stream, kRequests[i].starts_with("HEAD")});
      send(*stream, kRequests[i]);
    }
    std::size_t made = drain(session);
    const std::size_t step = (plan & 8) != 0 ? 64 : input.size() + 1;
    for (std::size_t at = 0; at < input.size(); at += step) {
      session.receive(input.substr(at, step));
      session.dispatch();
      require(session.accept() == nullptr);
      for (Asked& one : asked) {
        if ((plan & 16) == 0 || one.stream == nullptr || one.done) continue;
        read_answer(one, pool);
        if (!one.done || (plan & 32) == 0) continue;
        session.release(*one.stream);
        one.stream = nullptr;
      }
      if ((plan & 64) != 0) made += drain(session);
      require(made <= kMostOutput + input.size() * 64);
    }
    if ((plan & 128) != 0) session.shut_down();
    session.fail();
    for (const Asked& one : asked) {
      if (one.stream != nullptr) session.release(*one.stream);
    }
    require(session.streams() == 0);
    require(session.finished());
  }
  return 0;
}
