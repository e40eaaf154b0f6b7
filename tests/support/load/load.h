#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

namespace load {

// Answers every request with 200 and "ok" until standard input ends. Prints its port first.
int run_origin();

struct Load {
  std::uint16_t port = 0;
  int connections = 8;
  int per_connection = 0;  // requests, then a new connection; 0: as many as the server likes
  int routes = 1;          // asks for /r0/x, /r1/x, …
};
// Keeps every connection busy with one request after the other until standard input ends; then
// waits for what is under way and prints one line of JSON.
int run_client(const Load& load);

sockaddr_in loopback(std::uint16_t port);
// Whether standard input has ended; nobody writes to it.
bool input_ended();

}  // namespace load
