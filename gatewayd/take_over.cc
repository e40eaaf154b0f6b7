#include "gatewayd/take_over.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace gateway {
namespace {

using namespace std::chrono_literals;

// How long the old one may take: to say what it offers, to consent.
constexpr std::chrono::milliseconds kOfferTime = 15s;
constexpr std::chrono::milliseconds kConsentTime = 5s;

}  // namespace

Result<TakeOver, std::string> TakeOver::ask(const std::string& control_socket) {
  const std::string path = hand_over_path(control_socket);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (control_socket.empty() || path.size() >= sizeof(address.sun_path)) {
    return fmt::format("cannot take over: control.socket is {}",
                       control_socket.empty() ? "not set" : "too long a path");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor connection(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return fmt::format(
        "cannot take over: no gatewayd answers on {} ({}); start without --take-over", path,
        std::strerror(errno));
  }
  auto offer = receive_offer(connection.get(), kOfferTime);
  if (!offer.ok()) {
    return fmt::format("cannot take over: {}; the running gatewayd goes on serving", offer.error());
  }
  TakeOver taken(std::move(connection));
  taken.offer = std::move(*offer);
  return taken;
}

std::string TakeOver::finish(const std::vector<std::string>& taken) {
  const bool consents =
      send_ready(connection_.get(), taken) && receive_consent(connection_.get(), kConsentTime);
  return consents ? "" : "the running gatewayd ended the hand-over and goes on serving";
}

void TakeOver::give_up(const std::string& why) {
  send_failure(connection_.get(), why);
}

}  // namespace gateway
