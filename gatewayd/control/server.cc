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
#include "gatewayd/control/handlers.h"
#include "gatewayd/control/lobby.h"

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
  State(ServerOptions given, Descriptor listening, Backend& backend)
      : options(std::move(given)),
        listener(std::move(listening)),
        bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        file(path_of(options)),
        exchange([&backend](const Call& call) { return handle(call, backend); }) {}

  struct Ready {
    Descriptor connection;
    std::string received;
  };

  void accept_all(Lobby& lobby);
  void watch();
  void run_calls();
  void stop();

  const ServerOptions options;
  const Descriptor listener;
  const Descriptor bell;
  SocketFile file;
  const Exchange exchange;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Ready> ready;  // bounded: counted in `admitted`
  bool stopping = false;
  std::atomic<std::size_t> admitted{0};  // ready or running
  steady_clock::time_point deaf_until{};
  std::vector<std::thread> threads;
};

void Server::State::accept_all(Lobby& lobby) {
  for (;;) {
    Descriptor connection{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (connection.get() < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno != EAGAIN) deaf_until = steady_clock::now() + kBreather;
      return;
    }
    if (lobby.size() + admitted.load() >= options.max_connections) {
      turn_away(connection.get(), 503, "too many connections are open; try again");
      continue;
    }
    lobby.enter(std::move(connection), steady_clock::now());
  }
}

void Server::State::watch() {
  Lobby lobby(options.head_timeout, [this](Descriptor connection, std::string received) {
    ++admitted;
    const std::lock_guard lock(mutex);
    ready.push_back({std::move(connection), std::move(received)});
    changed.notify_one();
  });
  for (;;) {
    const bool deaf = steady_clock::now() < deaf_until;
    const auto at_most = deaf ? std::chrono::milliseconds(kBreather) : 60'000ms;
    const bool knock = lobby.wait(deaf ? -1 : listener.get(), bell.get(), at_most);
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
    }
    if (knock) accept_all(lobby);
  }
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
    const int fd = call.connection.get();
    if (exchange.run(fd, std::move(call.received), peer_name(fd), options.call_timeout)) linger(fd);
    --admitted;
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
  auto listener = listen_unix(path_of(options));
  if (!listener) return listener.error();
  auto state = std::make_unique<State>(std::move(options), std::move(*listener), backend);
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

void Server::keep_file(bool kept) {
  state_->file.keep(kept);
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() {
  state_->stop();
}

}  // namespace gateway::control
