// Many keep-alive connections over TLS from one program.
//
//   tls_crowd PORT COUNT
//
// Opens COUNT connections one after the other, asks once on each, and prints "open N errors E". Holds
// them until stdin ends.
#include <openssl/ssl.h>

#include <string_view>
#include <vector>

#include "tests/bench/backend/socket.h"

namespace gateway::bench {
namespace {

constexpr std::string_view kRequest = "GET /samples/7 HTTP/1.1\r\nHost: bench\r\n\r\n";

// One that has been answered, or null. Blocks: the figure is memory, not time.
SSL* open(SSL_CTX* context, std::uint16_t port) {
  const int fd = connect_to(port);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  char answer[8192];
  const bool asked = SSL_connect(ssl) == 1 && SSL_write(ssl, kRequest.data(), kRequest.size()) > 0;
  std::string_view text;
  for (int size = 0; asked && !text.ends_with('}');) {
    const int got = SSL_read(ssl, answer + size, static_cast<int>(sizeof answer) - size);
    if (got <= 0) break;
    size += got;
    text = {answer, static_cast<std::size_t>(size)};
  }
  if (text.starts_with("HTTP/1.1 200") && text.ends_with('}')) return ssl;
  SSL_free(ssl);
  ::close(fd);
  return nullptr;
}

}  // namespace
}  // namespace gateway::bench

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: tls_crowd PORT COUNT\n");
    return 64;
  }
  gateway::bench::raise_descriptor_limit();
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  std::vector<SSL*> all;
  std::size_t errors = 0;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    SSL* const one = gateway::bench::open(context, port);
    one != nullptr ? all.push_back(one) : static_cast<void>(++errors);
  }
  std::printf("open %zu errors %zu\n", all.size(), errors);
  std::fflush(stdout);
  char line[64];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
  }
}
