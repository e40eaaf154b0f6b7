#include "shared/decision/check_tls.h"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/policy/cipher_list.h"

namespace gateway::decision {
namespace {

using config::CertificateFiles;
using config::ClientAuth;
using config::Listener;
using config::ListenerTls;
using config::Place;
using config::Report;

void check_pair(const CertificateFiles& pair, std::string_view what, Place at, Report& report) {
  if (pair.certificate.place && pair.key.place) return;
  const char* const missing = pair.certificate.place ? "key" : "certificate";
  const Place given = pair.certificate.place ? pair.certificate.place
                      : pair.key.place       ? pair.key.place
                                             : at;
  report.error("missing-key", given, fmt::format("{} needs the key \"{}\" as well", what, missing));
}

void check_ciphers(const ListenerTls& tls, const std::string& what, Report& report) {
  const auto check = [&](const config::Setting<std::string>& list, const char* key,
                         std::string (*fault_of)(const std::string&)) {
    if (!list.place) return;
    const std::string fault = fault_of(list.value);
    if (fault.empty()) return;
    report.error("bad-ciphers", list.place,
                 fmt::format("{}.{} cannot be used: {}", what, key, fault),
                 "see what it knows: openssl ciphers -s -v");
  };
  check(tls.ciphers, "ciphers", policy::cipher_fault);
  check(tls.cipher_suites, "cipher_suites", policy::suite_fault);
  if (tls.tls13_only && tls.ciphers.place) {
    report.warning("useless-key", tls.ciphers.place,
                   fmt::format("{}.ciphers are TLS 1.2's, which min_version leaves out", what));
  }
}

void check_clients(const ListenerTls& tls, const std::string& what, Report& report) {
  if (tls.client_auth != ClientAuth::off && !tls.client_ca.place) {
    report.error("missing-key", tls.place,
                 fmt::format("{}: client_auth needs the key \"client_ca\"", what),
                 "name the file with the authorities that certify clients");
  } else if (tls.client_auth == ClientAuth::off && tls.client_ca.place) {
    report.warning("useless-key", tls.client_ca.place,
                   fmt::format("{}.client_ca does nothing without client_auth", what),
                   "add client_auth = \"required\" or \"optional\"");
  }
}

// A name of the public name service, which also names a file.
bool is_full_name(std::string_view name) {
  const bool letters = std::all_of(name.begin(), name.end(), [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  return letters && !name.starts_with('.') && name.find('.') != std::string_view::npos &&
         name.find("..") == std::string_view::npos;
}

void check_acme_names(const config::Config& config, const Listener& listener, Report& report) {
  const ListenerTls& tls = *listener.tls;
  if (tls.acme.empty()) return;
  if (!config.acme || !config.acme->agree_to_terms) {
    report.error(
        "missing-key", tls.acme.front().place,
        fmt::format("listeners.{}.tls.acme needs [acme] with agree_to_terms = true", listener.name),
        "read the authority's terms of service first");
  }
  for (const auto& name : tls.acme) {
    if (is_full_name(name.value)) continue;
    report.error("bad-acme-name", name.place,
                 fmt::format("\"{}\" cannot be proved over HTTP", name.value),
                 "expected a full name without a wildcard, as \"api.example.com\"");
  }
}

void check_listener(const config::Config& config, const Listener& listener, Report& report) {
  if (listener.redirect_to_https && listener.tls) {
    report.error(
        "conflicting-keys", listener.tls->place,
        fmt::format("listener \"{}\" redirects to https and is https itself", listener.name),
        "redirect_to_https is for a listener without tls");
  }
  if (!listener.tls) return;
  const std::string what = fmt::format("listeners.{}.tls", listener.name);
  const ListenerTls& tls = *listener.tls;
  if (tls.certificates.empty() && tls.acme.empty()) {
    report.error("missing-key", tls.place, fmt::format("{} names no certificate", what),
                 "add certificate and key, certificates, or acme");
  }
  for (const CertificateFiles& pair : tls.certificates) check_pair(pair, what, tls.place, report);
  check_ciphers(tls, what, report);
  check_clients(tls, what, report);
  check_acme_names(config, listener, report);
}

void check_service(const config::Service& service, Report& report) {
  const config::ServiceTls& tls = service.tls;
  if (!tls.place) return;
  const std::string what = fmt::format("services.{}.tls", service.name);
  if (tls.own) check_pair(*tls.own, what, tls.place, report);
  if (!tls.verify && tls.ca_file.place) {
    report.warning("useless-key", tls.ca_file.place,
                   fmt::format("{}.ca_file does nothing with verify = false", what));
  }
  const bool any = std::any_of(service.instances.begin(), service.instances.end(),
                               [](const config::Instance& one) { return one.tls; });
  if (any || service.instances.empty()) return;
  report.warning("useless-key", tls.place,
                 fmt::format("{} does nothing: no instance has https", what));
}

}  // namespace

void check_tls(const config::Config& config, Report& report) {
  for (const Listener& listener : config.listeners) check_listener(config, listener, report);
  for (const config::Service& service : config.services) check_service(service, report);
}

}  // namespace gateway::decision
