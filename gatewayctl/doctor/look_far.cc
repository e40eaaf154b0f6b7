#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "gatewayctl/doctor/look.h"
#include "gatewayd/net/look_ups.h"
#include "shared/base/timestamp.h"
#include "shared/config/address.h"
#include "shared/config/files.h"
#include "shared/policy/certificate.h"

// The name service, and what expires.
namespace gateway::ctl::doctor {
namespace {

constexpr UnixMicros kSecond = 1'000'000;

// Host names, each with the key that names it; addresses need no look-up.
std::map<std::string, std::string> names_of(const config::Config& config) {
  std::map<std::string, std::string> names;
  const auto add = [&](const std::string& host, std::string used_by) {
    if (!host.empty() && !parse_ip(host)) names.emplace(host, std::move(used_by));
  };
  for (const config::Service& service : config.services) {
    for (const config::Instance& instance : service.instances) {
      add(instance.host, "services." + service.name);
    }
  }
  if (config.auth.jwt && !config.auth.jwt->jwks_url->empty()) {
    const auto url = config::parse_url(*config.auth.jwt->jwks_url);
    if (url) add(url->host, "auth.jwt.jwks_url");
  }
  return names;
}

// A relative path starts in the folder of the file that names it.
std::string beside(const config::Config& config, const config::Setting<std::string>& path) {
  if (path->starts_with('/') || path.place.file >= config.files.size()) return path.value;
  const std::filesystem::path naming = config.files[path.place.file].path;
  return (naming.parent_path() / path.value).string();
}

}  // namespace

std::vector<Name> look_up_names(const config::Config& config, milliseconds patience) {
  const auto names = names_of(config);
  net::LookUps look_ups;
  const SteadyTime begun = std::chrono::steady_clock::now();
  for (const auto& [host, used_by] : names) look_ups.ask(host);
  std::vector<Name> found;
  for (const auto& [host, used_by] : names) {
    const auto passed = [&] {
      return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
    };
    Name name{host, used_by, 0, {}, {}, true};
    name.answered = look_ups.wait({host}, std::max(patience - passed(), milliseconds{1}));
    name.took = passed();
    if (const auto answer = look_ups.latest(host)) {
      name.addresses = answer->addresses.size();
      name.fault = answer->fault;
    }
    found.push_back(std::move(name));
  }
  return found;
}

Expiry look_at_certificate(const std::string& what, const std::string& path) {
  Expiry found;
  found.what = fmt::format("{} {}", what, path);
  const auto text = config::read_file(path);
  if (!text) {
    found.fault = text.error().reason;
    return found;
  }
  for (const policy::X509Pointer& certificate : policy::read_certificates(*text)) {
    const policy::CertificateFacts facts = policy::facts_of(certificate.get());
    if (found.until == 0) found.what += fmt::format(" ({})", facts.common_name);
    const UnixMicros until = facts.not_after * kSecond;
    found.until = found.until == 0 ? until : std::min(found.until, until);
    found.from = std::max(found.from, facts.not_before * kSecond);
  }
  if (found.until == 0) found.fault = "there is no certificate in it";
  return found;
}

std::vector<Expiry> look_at_expiries(const config::Config& config) {
  std::vector<Expiry> found;
  const auto add = [&](const std::string& what, const config::Setting<std::string>& path) {
    if (!path->empty()) found.push_back(look_at_certificate(what, beside(config, path)));
  };
  for (const config::Listener& listener : config.listeners) {
    if (!listener.tls) continue;
    for (const auto& pair : listener.tls->certificates) add("certificate", pair.certificate);
    add("authority of clients", listener.tls->client_ca);
  }
  for (const config::Service& service : config.services) {
    if (service.tls.own) add("certificate", service.tls.own->certificate);
  }
  if (!config.auth.api_key) return found;
  for (const config::ApiKey& key : config.auth.api_key->keys) {
    if (const auto until = parse_rfc3339(*key.expires)) {
      found.push_back({fmt::format("API key \"{}\"", key.name), {}, 0, *until});
    }
  }
  return found;
}

}  // namespace gateway::ctl::doctor
