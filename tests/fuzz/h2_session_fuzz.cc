// A server's HTTP/2 session takes any bytes from a client. Each request that comes of them is a
// head that the strict reader takes or refuses, followed by a body that the decoder takes or
// refuses; it is answered, taken back half-way or left alone, as the input says. Nothing may be
// left over at the end, and what waits to be sent stays within its bounds.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/h2_fuzz.h"

namespace {

using namespace h2_fuzz;

constexpr std::string_view kGreeting("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 24 + 9);
constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n";
constexpr std::string_view kHalf = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";

struct Served {
  H2Stream* stream;
  bool read = false;
};

// What the stream received is a message of HTTP/1, or refused by its readers.
void read_message(H2Stream& stream, net::BufferPool& pool) {
  net::Buffer input(pool);
  if (stream.recv(input).io != net::Io::done) return;
  require(stream.head_size() <= input.size());
  const std::string head(input.view().substr(0, stream.head_size()));
  HeadScanner scanner;
  require(scanner.scan(head) == HeadScanner::State::complete && scanner.size() == head.size());
  RequestHead request;
  if (parse_request_head(head, HeadLimits{}, request)) return;
  require(request.method != "PRI");
  input.consume(head.size());
  if (!request.upgrade.empty()) return;
  read_body(request, input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  static net::Loop loop;
  static net::BufferPool pool;
  const std::uint8_t plan = data[0];
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  {
    H2Session session(H2Session::Role::server,
                      {.max_streams = 10, .max_resets = 20, .max_control_frames = 50}, false, loop,
                      pool);
    std::vector<Served> served;
    std::size_t made = 0;
    if ((plan & 1) != 0) session.receive(kGreeting);
    const std::size_t step = (plan & 2) != 0 ? 64 : input.size() + 1;
    for (std::size_t at = 0; at < input.size(); at += step) {
      session.receive(input.substr(at, step));
      session.dispatch();
      while (H2Stream* stream = session.accept()) served.push_back({stream});
      require(served.size() <= 1000);
      if ((plan & 4) != 0) {
        for (Served& one : served) {
          if (one.stream == nullptr) continue;
          if (!one.read && one.stream->head() == H2Stream::Head::whole) {
            read_message(*one.stream, pool);
          }
          one.read = true;
          if ((plan & 8) != 0) send(*one.stream, (plan & 16) != 0 ? kHalf : kAnswer);
          if ((plan & 32) != 0) {
            session.release(*one.stream);
            one.stream = nullptr;
          }
        }
      }
      if ((plan & 64) != 0) {
        made += drain(session);
        require(made <= kMostOutput + input.size() * 64);
        session.dispatch();
      }
    }
    if ((plan & 128) != 0) session.shut_down();
    session.fail();
    for (const Served& one : served) {
      if (one.stream != nullptr) session.release(*one.stream);
    }
    require(session.streams() == 0);
    require(session.finished());
  }
  return 0;
}
