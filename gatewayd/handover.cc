#include "gatewayd/handover.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include "gatewayd/offer.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kStartTime = 60s;  // for a successor to start and serve

struct Peer {
  pid_t process = 0;
  bool trusted = false;  // the same user, or root
};

Peer peer_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  return {peer.pid, peer.uid == ::geteuid() || peer.uid == 0};
}

}  // namespace

struct HandOver::State {
  State(std::string control_socket, bool beside, Descriptor listening, Giver callbacks)
      : path(hand_over_path(control_socket)),
        giver(std::move(callbacks)),
        listener(std::move(listening)),
        bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        file(beside ? path + control::kBeside : path) {}

  void watch();
  void serve(int connection);
  bool bring_up(int connection, const Peer& peer);

  const std::string path;
  const Giver giver;
  const Descriptor listener;
  const Descriptor bell;
  control::SocketFile file;
  bool done = false;  // a successor has taken over
  std::thread thread;
};

void HandOver::State::watch() {
  while (!done) {
    std::array<pollfd, 2> waits{pollfd{listener.get(), POLLIN, 0}, pollfd{bell.get(), POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (waits[0].revents == 0) continue;
    const Descriptor connection(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.get() >= 0) serve(connection.get());
  }
}

void HandOver::State::serve(int connection) {
  const Peer peer = peer_of(connection);
  if (!peer.trusted) {
    send_refusal(connection, "only root and the user that gatewayd runs as may take over");
    return;
  }
  const timeval patience{5, 0};  // for a peer that does not read
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const auto offered = giver.offer();
  if (!offered.ok()) {
    send_refusal(connection, offered.error());
    return;
  }
  if (!send_offer(connection, *offered)) {
    giver.withdraw("it left before it had what it asked for");
    return;
  }
  done = bring_up(connection, peer);
}

// Waits for the successor to serve. True when it has taken over.
bool HandOver::State::bring_up(int connection, const Peer& peer) {
  const auto taken = receive_ready(connection, kStartTime, bell.get());
  if (!taken) {
    giver.withdraw(taken.error().empty() ? "it ended, or was silent for too long, before it served"
                                         : taken.error());
    return false;
  }
  giver.agree(peer.process);
  file.keep(true);
  if (!send_consent(connection)) {
    file.keep(false);
    giver.withdraw("it ended when it had just begun to serve");
    return false;
  }
  giver.gone(*taken, peer.process);
  return true;
}

Result<std::unique_ptr<HandOver>, std::string> HandOver::start(const std::string& control_socket,
                                                               bool beside, Giver giver) {
  const std::string path = hand_over_path(control_socket) + (beside ? control::kBeside : "");
  auto listener = control::listen_unix(path, SOCK_SEQPACKET);
  if (!listener.ok()) return listener.error().message;
  auto state =
      std::make_unique<State>(control_socket, beside, std::move(*listener), std::move(giver));
  State* shared = state.get();
  shared->thread = std::thread([shared] { shared->watch(); });
  return std::unique_ptr<HandOver>(new HandOver(std::move(state)));
}

HandOver::HandOver(std::unique_ptr<State> state) : state_(std::move(state)) {}

HandOver::~HandOver() {
  const std::uint64_t ring = 1;
  [[maybe_unused]] const auto rung = ::write(state_->bell.get(), &ring, sizeof(ring));
  state_->thread.join();
}

bool HandOver::take_place() {
  return state_->file.move_to(state_->path);
}

}  // namespace gateway
