#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstring>
#include <ctime>
#include <map>
#include <memory>

#include "gatewayctl/doctor/look.h"
#include "gatewayd/net/look_ups.h"
#include "shared/base/timestamp.h"
#include "shared/config/address.h"

// The name service, and what expires.
namespace gateway::ctl::doctor {
namespace {

using File = std::unique_ptr<BIO, decltype(&::BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&::X509_free)>;

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

UnixMicros micros_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (::ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return UnixMicros{1'000'000} * ::timegm(&parts);
}

std::string subject_of(const X509& certificate) {
  char text[256] = {};
  const X509_NAME* name = ::X509_get_subject_name(&certificate);
  if (!name || ::X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof(text)) < 0) return {};
  return fmt::format(" ({})", text);
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
  const File file(::BIO_new_file(path.c_str(), "r"), ::BIO_free);
  if (!file) {
    found.fault = std::strerror(errno);
    ::ERR_clear_error();
    return found;
  }
  std::string subject;
  for (;;) {
    const Certificate certificate(::PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr),
                                  ::X509_free);
    if (!certificate) break;
    const UnixMicros from = micros_of(::X509_get0_notBefore(certificate.get()));
    const UnixMicros until = micros_of(::X509_get0_notAfter(certificate.get()));
    if (subject.empty()) subject = subject_of(*certificate);
    if (found.until == 0 || until < found.until) found.until = until;
    found.from = std::max(found.from, from);
  }
  ::ERR_clear_error();  // the end of the file is one
  if (found.until == 0) found.fault = "there is no certificate in it";
  found.what += subject;
  return found;
}

std::vector<Expiry> look_at_expiries(const config::Config& config) {
  std::vector<Expiry> found;
  if (!config.auth.api_key) return found;
  for (const config::ApiKey& key : config.auth.api_key->keys) {
    if (const auto until = parse_rfc3339(*key.expires)) {
      found.push_back({fmt::format("API key \"{}\"", key.name), {}, 0, *until});
    }
  }
  return found;
}

}  // namespace gateway::ctl::doctor
