#include "gatewayd/control/server.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "gatewayd/control/exchange.h"
#include "gatewayd/control/lobby.h"
#include "gatewayd/control/tcp_socket.h"

namespace gateway::control {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// How long a closing connection listens for the rest of a body nobody reads, so that its sender
// sees the answer and not a broken pipe; then the bound of what it takes.
constexpr auto kLinger = 200ms;
// How long a machine out of descriptors is left alone.
constexpr auto kBreather = 100ms;

std::string path_of(const ServerOptions& options) {
  if (options.socket.empty()) return {};
  return options.beside ? options.socket + kBeside : options.socket;
}

void linger(int fd) {
  ::shutdown(fd, SHUT_WR);
  const timeval patience{0, std::chrono::microseconds(kLinger).count()};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::array<char, 16 * 1024> waste;
  const auto end = steady_clock::now() + kLinger;
  for (std::size_t taken = 0; taken < kMaxBody && steady_clock::now() < end;) {
    const ssize_t count = ::recv(fd, waste.data(), waste.size(), 0);
    if (count <= 0) return;
    taken += static_cast<std::size_t>(count);
  }
}

}  // namespace

struct Server::State {
  State(ServerOptions given, Descriptor unix_listener, Descriptor tcp_listener, Backend& answering)
      : options(std::move(given)),
        local(std::move(unix_listener)),
        remote(std::move(tcp_listener)),
        bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        file(path_of(options)),
        backend(answering) {}

  struct Ready {
    Descriptor connection;
    bool local;
    std::string received;
  };

  bool is_full(const Lobby& lobby, bool is_local) const;
  void accept_all(const Descriptor& listener, Lobby& lobby);
  void run(Ready call);
  void watch();
  void run_calls();
  void stop();

  const ServerOptions options;
  const Descriptor local;   // the Unix socket's, or none
  const Descriptor remote;  // TCP's, or none
  const Descriptor bell;
  SocketFile file;
  Backend& backend;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Ready> ready;  // bounded: counted in `admitted`
  bool stopping = false;
  std::atomic<bool> has_left{false};            // the address
  std::atomic<std::size_t> admitted{0};         // ready or running
  std::atomic<std::size_t> admitted_remote{0};  // of them over TCP
  steady_clock::time_point deaf_until{};
  std::vector<std::thread> threads;
};

// Callers over TCP leave room for those over the socket.
bool Server::State::is_full(const Lobby& lobby, bool is_local) const {
  if (lobby.size() + admitted.load() >= options.max_connections) return true;
  return !is_local && lobby.remote() + admitted_remote.load() >= options.max_remote;
}

void Server::State::accept_all(const Descriptor& listener, Lobby& lobby) {
  const bool is_local = &listener == &local;
  while (listener.get() >= 0) {
    Descriptor connection{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (connection.get() < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno != EAGAIN) deaf_until = steady_clock::now() + kBreather;
      return;
    }
    if (is_full(lobby, is_local)) {
      turn_away(connection.get(), 503, "too many connections are open; try again");
      continue;
    }
    lobby.enter(std::move(connection), is_local, steady_clock::now());
  }
}

void Server::State::watch() {
  const auto admit = [this](Descriptor connection, bool is_local, std::string received) {
    ++admitted;
    if (!is_local) ++admitted_remote;
    const std::lock_guard lock(mutex);
    ready.push_back({std::move(connection), is_local, std::move(received)});
    changed.notify_one();
  };
  Lobby lobby(options.head_timeout, admit);
  for (;;) {
    const bool deaf = steady_clock::now() < deaf_until;
    const auto at_most = deaf ? std::chrono::milliseconds(kBreather) : 60'000ms;
    const std::array<int, 2> listeners = {deaf ? -1 : local.get(),
                                          deaf || has_left ? -1 : remote.get()};
    const bool knock = lobby.wait(listeners, bell.get(), at_most);
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
    }
    if (!knock) continue;
    accept_all(local, lobby);
    if (!has_left) accept_all(remote, lobby);
  }
}

void Server::State::run(Ready call) {
  const int fd = call.connection.get();
  const Peer peer = call.local ? Peer{true, peer_name(fd)} : Peer{false, {}, peer_address(fd)};
  const bool has_body =
      run_exchange(fd, std::move(call.received), peer, options.call_timeout, backend);
  if (has_body) linger(fd);
  if (!call.local) --admitted_remote;
  --admitted;
}

void Server::State::run_calls() {
  for (;;) {
    Ready call;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return stopping || !ready.empty(); });
      if (ready.empty()) return;
      call = std::move(ready.front());
      ready.pop_front();
    }
    run(std::move(call));
  }
}

void Server::State::stop() {
  {
    const std::lock_guard lock(mutex);
    stopping = true;
  }
  changed.notify_all();
  const std::uint64_t ring = 1;
  [[maybe_unused]] const auto rung = ::write(bell.get(), &ring, sizeof(ring));
  for (std::thread& thread : threads) thread.join();
}

Result<std::unique_ptr<Server>, SocketError> Server::start(ServerOptions options,
                                                           Backend& backend) {
  Descriptor local;
  if (!options.socket.empty()) {
    auto listener = listen_unix(path_of(options));
    if (!listener) return listener.error();
    local = std::move(*listener);
  }
  Descriptor remote;
  if (!options.host.empty()) {
    auto listener = listen_tcp(options.host, options.port);
    if (!listener) return listener.error();
    remote = std::move(*listener);
  }
  auto state =
      std::make_unique<State>(std::move(options), std::move(local), std::move(remote), backend);
  State* shared = state.get();
  std::unique_ptr<Server> server(new Server(std::move(state)));
  shared->threads.emplace_back([shared] { shared->watch(); });
  for (std::size_t i = 0; i < shared->options.threads; ++i) {
    shared->threads.emplace_back([shared] { shared->run_calls(); });
  }
  return server;
}

bool Server::take_place() {
  return state_->file.move_to(state_->options.socket);
}

std::string Server::address() const {
  return state_->remote.get() < 0 ? std::string() : local_address(state_->remote.get());
}

// What listens no more is readable for ever.
void Server::leave_address() {
  state_->has_left = true;
  if (state_->remote.get() >= 0) ::shutdown(state_->remote.get(), SHUT_RDWR);
}

void Server::keep_file(bool kept) {
  state_->file.keep(kept);
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() {
  state_->stop();
}

}  // namespace gateway::control
