#include "gatewayd/control/lobby.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "gatewayd/control/answer.h"

namespace gateway::control {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void turn_away(int fd, int status, std::string_view detail) {
  const std::string message = problem_message(status, detail);
  // A peer that does not read loses the message and nothing else.
  [[maybe_unused]] const auto sent =
      ::send(fd, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

Lobby::Lobby(milliseconds head_timeout, Admit admit)
    : head_timeout_(head_timeout), admit_(std::move(admit)) {}

std::size_t Lobby::remote() const {
  return static_cast<std::size_t>(std::count_if(guests_.begin(), guests_.end(),
                                                [](const Guest& guest) { return !guest.local; }));
}

void Lobby::enter(Descriptor connection, bool local, Time now) {
  guests_.push_back({std::move(connection), local, HeadGate(), now + head_timeout_});
}

bool Lobby::serve(Guest& guest) {
  std::array<char, 4096> bytes;
  const int fd = guest.connection.get();
  const ssize_t count = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (count <= 0) return false;
  switch (guest.gate.feed({bytes.data(), static_cast<std::size_t>(count)})) {
    case HeadGate::State::more:
      return true;
    case HeadGate::State::complete:
      admit_(std::move(guest.connection), guest.local, guest.gate.take());
      return false;
    case HeadGate::State::refused:
      turn_away(fd, guest.gate.status(), guest.gate.detail());
  }
  return false;
}

void Lobby::expire(Time now) {
  std::erase_if(guests_, [&](const Guest& guest) {
    if (guest.deadline > now) return false;
    turn_away(guest.connection.get(), 408, "the head did not come in time");
    return true;
  });
}

bool Lobby::wait(const std::array<int, 2>& listeners, int bell, milliseconds at_most) {
  auto timeout = at_most;
  const auto now = steady_clock::now();
  std::vector<pollfd> watched{
      {listeners[0], POLLIN, 0}, {listeners[1], POLLIN, 0}, {bell, POLLIN, 0}};
  const std::size_t first = watched.size();
  for (const Guest& guest : guests_) {
    watched.push_back({guest.connection.get(), POLLIN, 0});
    timeout = std::min(timeout, std::chrono::ceil<milliseconds>(guest.deadline - now));
  }
  const int wait_ms = static_cast<int>(std::max(timeout, milliseconds{0}).count());
  if (::poll(watched.data(), watched.size(), wait_ms) < 0) return false;
  std::vector<Guest> staying;
  for (std::size_t i = 0; i < guests_.size(); ++i) {
    if (watched[i + first].revents == 0 || serve(guests_[i]))
      staying.push_back(std::move(guests_[i]));
  }
  guests_ = std::move(staying);
  expire(steady_clock::now());
  return ((watched[0].revents | watched[1].revents) & POLLIN) != 0;
}

}  // namespace gateway::control
