#include "gatewayd/doors.h"

#include <fmt/format.h>

namespace gateway {
namespace {

Result<std::shared_ptr<const net::TlsServer>, std::string> make_tls(
    const config::Listener& listener, const decision::KeyFiles::ListenerKeys& keys,
    std::shared_ptr<const net::TicketKeys> tickets) {
  net::TlsServerSettings settings;
  settings.certificates = keys.certificates;
  settings.tls13_only = listener.tls->tls13_only;
  settings.http2 = listener.http2;
  settings.identity = listener.name;
  settings.tickets = std::move(tickets);
  return net::TlsServer::make(std::move(settings));
}

}  // namespace

Result<proxy::Doors, std::string> make_doors(const config::Config& config,
                                             const decision::KeyFiles& keys,
                                             std::shared_ptr<const net::TicketKeys> tickets) {
  proxy::Doors doors;
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    const config::Listener& listener = config.listeners[i];
    auto door = std::make_shared<proxy::Door>();
    door->http2 = listener.http2;
    if (listener.tls) {
      auto tls = make_tls(listener, keys.listeners[i], tickets);
      if (!tls) return fmt::format("listener {}: TLS: {}", listener.name, tls.error());
      door->tls = std::move(*tls);
      door->handshake_timeout = listener.tls->handshake_timeout;
    }
    doors.emplace(listener.name, std::move(door));
  }
  return doors;
}

}  // namespace gateway
