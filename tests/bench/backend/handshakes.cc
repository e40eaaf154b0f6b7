// Connections with a full TLS handshake each.
//
//   handshakes PORT SECONDS
//
// Opens connections one after the other, kTogether at a time, without resuming sessions; asks once on
// each and ends it. Prints "answered N errors E resumed R".
#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/backend/socket.h"

namespace gateway::bench {
namespace {

constexpr int kTogether = 16;
constexpr std::string_view kRequest =
    "GET /samples/7 HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";

struct Tally {
  std::atomic<std::size_t> answered = 0;
  std::atomic<std::size_t> errors = 0;
  std::atomic<std::size_t> resumed = 0;
};

void once(SSL_CTX* context, std::uint16_t port, Tally& tally) {
  const int fd = connect_to(port);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  char answer[8192];
  int size = 0;
  if (SSL_connect(ssl) == 1 && SSL_write(ssl, kRequest.data(), kRequest.size()) > 0) {
    for (int got = 1; got > 0 && size < static_cast<int>(sizeof answer); size += got > 0 ? got : 0) {
      got = SSL_read(ssl, answer + size, static_cast<int>(sizeof answer) - size);
    }
  }
  const std::string_view text(answer, static_cast<std::size_t>(size));
  const bool good = text.starts_with("HTTP/1.1 200") && text.ends_with('}');
  ++(good ? tally.answered : tally.errors);
  if (SSL_session_reused(ssl) == 1) ++tally.resumed;
  SSL_shutdown(ssl);
  SSL_free(ssl);
  ::close(fd);
}

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) {
  using namespace gateway::bench;
  if (argc < 3) {
    std::fprintf(stderr, "usage: handshakes PORT SECONDS\n");
    return 64;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[2]));
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  Tally tally;
  std::vector<std::thread> threads;
  for (int i = 0; i < kTogether; ++i) {
    threads.emplace_back([&] {
      while (std::chrono::steady_clock::now() < end) once(context, port, tally);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("answered %zu errors %zu resumed %zu\n", tally.answered.load(), tally.errors.load(),
              tally.resumed.load());
}
