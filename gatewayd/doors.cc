#include "gatewayd/doors.h"

#include <fmt/format.h>

#include <algorithm>

namespace gateway {
namespace {

using config::Listener;
using config::ListenerTls;
using net::TlsServer;
using net::TlsServerSettings;

TlsServerSettings::ClientAuth client_auth_of(config::ClientAuth wanted) {
  switch (wanted) {
    case config::ClientAuth::off:
      break;
    case config::ClientAuth::optional:
      return TlsServerSettings::ClientAuth::optional;
    case config::ClientAuth::required:
      return TlsServerSettings::ClientAuth::required;
  }
  return TlsServerSettings::ClientAuth::off;
}

std::vector<PresentedCertificate> present(const Listener& listener,
                                          const decision::KeyFiles::ListenerKeys& keys,
                                          Certificates& certificates) {
  std::vector<PresentedCertificate> all;
  for (std::size_t i = 0; i < keys.certificates.size(); ++i) {
    const auto& certificate = keys.certificates[i];
    auto staple = certificates.staple_of(*certificate);
    if (!keys.staples[i].empty()) staple->set(keys.staples[i]);
    const bool fetches = listener.tls->ocsp && keys.staples[i].empty();
    all.push_back({listener.name, certificate, std::move(staple), fetches, false});
  }
  return all;
}

PresentedCertificate present_acme(const config::Acme& settings, const Listener& listener,
                                  Certificates& certificates, acme::Renewal& acme) {
  acme::Held held = acme.certificate_of(settings, acme_names(listener));
  auto staple = certificates.staple_of(*held.certificate);
  return {listener.name, std::move(held.certificate), std::move(staple), listener.tls->ocsp,
          held.is_stand_in};
}

Result<std::shared_ptr<const TlsServer>, std::string> make_tls(
    const Listener& listener, const std::string& client_ca,
    const std::vector<PresentedCertificate>& presented,
    std::shared_ptr<const net::TicketKeys> tickets) {
  const ListenerTls& tls = *listener.tls;
  TlsServerSettings settings;
  for (const PresentedCertificate& one : presented) {
    settings.certificates.push_back(one.certificate);
    settings.staples.push_back(one.staple);
  }
  settings.tls13_only = tls.tls13_only;
  settings.ciphers = tls.ciphers.value;
  settings.suites = tls.cipher_suites.value;
  settings.http2 = listener.http2;
  settings.client_auth = client_auth_of(tls.client_auth);
  settings.client_authorities = policy::read_certificates(client_ca);
  // Who was let in under other rules is looked at again.
  settings.identity =
      fmt::format("{} {} {}", listener.name, static_cast<int>(tls.client_auth), client_ca);
  if (tls.session_tickets) settings.tickets = std::move(tickets);
  return TlsServer::make(std::move(settings));
}

Result<std::shared_ptr<const net::TlsClient>, std::string> make_client(
    const config::Service& service, const decision::KeyFiles::ServiceKeys& keys) {
  return net::TlsClient::make({service.tls.verify, keys.ca, keys.own});
}

}  // namespace

acme::Names acme_names(const Listener& listener) {
  acme::Names names;
  if (listener.tls) names.assign(listener.tls->acme.begin(), listener.tls->acme.end());
  return names;
}

Result<DoorsAndKeys, std::string> make_doors(const config::Config& config,
                                             const decision::KeyFiles& keys,
                                             const std::shared_ptr<const net::TicketKeys>& tickets,
                                             Certificates& certificates, acme::Renewal& acme) {
  DoorsAndKeys made;
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    const Listener& listener = config.listeners[i];
    auto door = std::make_shared<proxy::Door>();
    door->http2 = listener.http2;
    door->proxy_protocol = listener.proxy_protocol;
    if (listener.redirect_to_https) door->https_port = listener.https_port;
    if (listener.tls) {
      auto presented = present(listener, keys.listeners[i], certificates);
      if (config.acme && !listener.tls->acme.empty()) {
        presented.push_back(present_acme(*config.acme, listener, certificates, acme));
      }
      auto tls = make_tls(listener, keys.listeners[i].client_ca, presented, tickets);
      if (!tls) return fmt::format("listener {}: TLS: {}", listener.name, tls.error());
      door->tls = std::move(*tls);
      door->handshake_timeout = listener.tls->handshake_timeout;
      made.certificates.insert(made.certificates.end(), presented.begin(), presented.end());
    }
    made.doors.emplace(listener.name, std::move(door));
  }
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const config::Service& service = config.services[i];
    const bool any = std::any_of(service.instances.begin(), service.instances.end(),
                                 [](const config::Instance& one) { return one.tls; });
    if (!any) continue;
    auto client = make_client(service, keys.services[i]);
    if (!client) return fmt::format("service {}: TLS: {}", service.name, client.error());
    made.clients.emplace(service.name, std::move(*client));
  }
  return made;
}

}  // namespace gateway
