#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "load.h"

namespace load {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool input_ended() {
  pollfd input{0, POLLIN, 0};
  return ::poll(&input, 1, 0) > 0;
}

}  // namespace load

// test_load origin | test_load client PORT CONNECTIONS PER_CONNECTION ROUTES
int main(int argc, char** argv) {
  const std::string_view role = argc > 1 ? argv[1] : "";
  if (role == "origin") return load::run_origin();
  if (role != "client" || argc < 6) return 64;
  load::Load load;
  load.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  load.connections = std::atoi(argv[3]);
  load.per_connection = std::atoi(argv[4]);
  load.routes = std::atoi(argv[5]);
  return load::run_client(load);
}
