#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "gatewayd/control/backend.h"
#include "gatewayd/control/unix_socket.h"
#include "shared/base/result.h"

namespace gateway::control {

struct ServerOptions {
  std::string socket;                             // path, see listen_unix; empty: none
  bool beside = false;                            // of another's socket, see Server::take_place
  std::string host{};                             // over TCP: an IP address; empty: not over TCP
  std::uint16_t port = 0;                         // 0: the kernel chooses
  std::size_t threads = 3;                        // that run calls
  std::size_t max_connections = 64;               // open at once; one more is told 503
  std::size_t max_remote = 32;                    // of them over TCP
  std::chrono::milliseconds head_timeout{5000};   // until a call's head is complete
  std::chrono::milliseconds call_timeout{10000};  // to read and write the rest, at most
};

// The control API on a Unix socket and over TCP: one thread accepts and collects heads, a few run
// the calls. A connection carries one call. Nothing here waits for a worker but what Backend does
// itself. Started and destroyed by the daemon's main thread; `backend` must outlive it.
class Server {
 public:
  static Result<std::unique_ptr<Server>, SocketError> start(ServerOptions options,
                                                            Backend& backend);
  // Refuses new calls, lets those that run finish, joins the threads, removes the socket file.
  ~Server();

  // Started `beside`, it listens at the path with ".new" behind it until this puts it in the place
  // of what stands at the path. False, with errno set, when the file system refuses.
  bool take_place();
  // Where it listens over TCP: "127.0.0.1:9901"; empty: it does not.
  std::string address() const;
  // Takes no further call over TCP: another server at the same address does.
  void leave_address();
  // Whether the socket file stays at the end: another server will put its own in its place.
  void keep_file(bool kept);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gateway::control
