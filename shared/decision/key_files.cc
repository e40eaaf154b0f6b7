#include "shared/decision/key_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "shared/base/clock.h"
#include "shared/config/files.h"
#include "shared/config/report.h"
#include "shared/policy/jwk.h"
#include "shared/policy/ocsp.h"

namespace gateway::decision {
namespace {

using config::Place;
using config::Report;

class Reading {
 public:
  Reading(const std::vector<config::SourceFile>& files, const config::Environment& environment,
          Report& report)
      : files_(files), environment_(environment), report_(report) {}

  std::string secret(const config::Secret& secret, std::string_view what) {
    if (!secret.file.empty()) return without_line_end(file(secret.file, secret.place, what));
    if (secret.credential.empty()) return secret.value;
    const auto folder = environment_.variable("CREDENTIALS_DIRECTORY");
    if (!folder) {
      report_.error("unreadable-key", secret.place,
                    fmt::format("{}: there is no $CREDENTIALS_DIRECTORY to look for \"{}\" in",
                                what, secret.credential),
                    "add LoadCredential= to the unit, or use a file");
      return {};
    }
    return without_line_end(file(*folder + "/" + secret.credential, secret.place, what));
  }

  std::string file(const std::string& path, Place place, std::string_view what) {
    const std::string found = beside(place, path);
    auto text = config::read_file(found);
    if (text) return std::move(*text);
    report_.error(
        "unreadable-key", place,
        fmt::format("{}: {} cannot be read: {}", what, found, text.error().reason),
        "it must be readable to gatewayd; a relative path begins at the file that has it");
    return {};
  }

  // Null, after saying why, when the pair cannot be used. `what`: "listeners.secure.tls".
  policy::Certificate::Pointer certificate(const config::CertificateFiles& pair,
                                           std::string_view what) {
    using Of = policy::CertificateFault::Of;
    const std::size_t before = report_.errors();
    const std::string chain =
        file(pair.certificate, pair.certificate.place, fmt::format("{}.certificate", what));
    const std::string key = file(pair.key, pair.key.place, fmt::format("{}.key", what));
    if (report_.errors() != before) return nullptr;
    auto loaded = policy::Certificate::load(chain, key);
    if (loaded) {
      warn_of_time(**loaded, pair, what);
      return std::move(*loaded);
    }
    const auto& fault = loaded.error();
    if (fault.of == Of::pair) {
      report_.error("certificate-mismatch", pair.key.place,
                    fmt::format("{}: {} and {} do not belong together: {}", what,
                                pair.certificate.value, pair.key.value, fault.reason),
                    "name the key that the first certificate of the file was made for");
    } else {
      const auto& at = fault.of == Of::key ? pair.key : pair.certificate;
      report_.error(fault.of == Of::key ? "unusable-key" : "unusable-certificate", at.place,
                    fmt::format("{}: {} {}", what, at.value, fault.reason),
                    fault.reason.ends_with("a password")
                        ? "write it without one: openssl pkey -in KEY -out NEW"
                        : "");
    }
    return nullptr;
  }

  // Certificates of authorities in PEM; "" when none are named, or after saying why there are none.
  std::string authorities(const config::Setting<std::string>& path, const std::string& what) {
    if (!path.place) return {};
    const std::size_t before = report_.errors();
    std::string text = file(path.value, path.place, what);
    if (report_.errors() != before) return {};
    if (!policy::read_certificates(text).empty()) return text;
    report_.error("unusable-certificate", path.place,
                  fmt::format("{}: {} holds no certificate in PEM", what, path.value),
                  "expected text with -----BEGIN CERTIFICATE-----");
    return {};
  }

  // An OCSP answer; "" after saying why it cannot be used.
  std::string staple(const config::CertificateFiles& pair, const policy::Certificate& certificate,
                     std::string_view what) {
    const std::size_t before = report_.errors();
    std::string answer =
        file(pair.ocsp_file, pair.ocsp_file.place, fmt::format("{}.ocsp_file", what));
    if (report_.errors() != before) return {};
    const auto read = policy::read_ocsp(answer, certificate, now());
    if (read) return answer;
    report_.warning(
        "unusable-ocsp", pair.ocsp_file.place,
        fmt::format("{}: {} is not stapled: {}", what, pair.ocsp_file.value, read.error()));
    return {};
  }

  // Takes the keys over; a source that should have some and has none is an error.
  void take(policy::LoadedKeys loaded, Place place, std::string_view what, KeyFiles& into) {
    if (loaded.keys.empty()) {
      report_.error("unusable-key", place, fmt::format("{} holds no usable key", what),
                    loaded.notes.empty() ? std::string() : loaded.notes.front());
    } else {
      for (const std::string& note : loaded.notes) {
        report_.warning("weak-key", place, fmt::format("{}: {}", what, note));
      }
    }
    std::move(loaded.keys.begin(), loaded.keys.end(), std::back_inserter(into.jwt_keys));
  }

 private:
  // A relative path starts in the folder of the file that names it.
  std::string beside(Place place, const std::string& path) const {
    if (path.starts_with('/') || place.file >= files_.size()) return path;
    const std::string& naming = files_[place.file].path;
    const std::size_t slash = naming.rfind('/');
    return slash == std::string::npos ? path : naming.substr(0, slash + 1) + path;
  }

  static std::int64_t now() { return SystemClock().unix_now() / 1'000'000; }

  void warn_of_time(const policy::Certificate& certificate, const config::CertificateFiles& pair,
                    std::string_view what) {
    const policy::CertificateFacts& facts = certificate.facts();
    const std::string words = policy::time_warning(facts, now());
    if (words.empty()) return;
    report_.warning("certificate-time", pair.certificate.place,
                    fmt::format("{}: {} {}", what, pair.certificate.value, words));
  }

  static std::string without_line_end(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
  }

  const std::vector<config::SourceFile>& files_;
  const config::Environment& environment_;
  Report& report_;
};

void read_jwt(const config::JwtAuth& jwt, Reading& reading, const Report& report, KeyFiles& into) {
  const auto read_well = [&](std::size_t errors) { return report.errors() == errors; };
  if (jwt.secret) {
    const std::size_t before = report.errors();
    const std::string secret = reading.secret(jwt.secret, "auth.jwt.secret");
    if (read_well(before)) {
      reading.take(policy::load_secret(secret), jwt.secret.place, "auth.jwt.secret", into);
      into.jwt_secret = secret;
    }
  }
  if (jwt.public_key_file.place) {
    const std::size_t before = report.errors();
    const std::string pem =
        reading.file(jwt.public_key_file, jwt.public_key_file.place, "auth.jwt.public_key_file");
    if (read_well(before)) {
      reading.take(policy::load_pem(pem), jwt.public_key_file.place, jwt.public_key_file.value,
                   into);
    }
  }
  if (jwt.jwks_file.place) {
    const std::size_t before = report.errors();
    const std::string set = reading.file(jwt.jwks_file, jwt.jwks_file.place, "auth.jwt.jwks_file");
    if (read_well(before)) {
      reading.take(policy::load_jwks(set, policy::JwksSource::file), jwt.jwks_file.place,
                   jwt.jwks_file.value, into);
    }
  }
}

void read_listener(const config::Listener& listener, Reading& reading,
                   KeyFiles::ListenerKeys& into) {
  const config::ListenerTls& tls = *listener.tls;
  const std::string what = fmt::format("listeners.{}.tls", listener.name);
  for (const auto& pair : tls.certificates) {
    auto certificate = reading.certificate(pair, what);
    std::string staple;
    if (certificate != nullptr && pair.ocsp_file.place) {
      staple = reading.staple(pair, *certificate, what);
    }
    into.certificates.push_back(std::move(certificate));
    into.staples.push_back(std::move(staple));
  }
  into.client_ca = reading.authorities(tls.client_ca, what + ".client_ca");
}

}  // namespace

KeyFiles load_key_files(const config::Config& config, const config::Environment& environment,
                        config::Diagnostics& diagnostics) {
  Report report(config.files);
  Reading reading(config.files, environment, report);
  KeyFiles files;
  const config::Auth& auth = config.auth;
  if (auth.jwt) {
    read_jwt(*auth.jwt, reading, report, files);
    if (auth.jwt->introspect && auth.jwt->introspect->client_secret) {
      files.jwt_introspect_secret =
          reading.secret(auth.jwt->introspect->client_secret, "auth.jwt.introspect.client_secret");
    }
  }
  if (auth.introspect && auth.introspect->ask.client_secret) {
    files.introspect_secret =
        reading.secret(auth.introspect->ask.client_secret, "auth.introspect.client_secret");
  }
  for (const config::Listener& listener : config.listeners) {
    auto& keys = files.listeners.emplace_back();
    if (listener.tls) read_listener(listener, reading, keys);
  }
  if (config.acme) files.acme_ca = reading.authorities(config.acme->ca_file, "acme.ca_file");
  for (const config::Service& service : config.services) {
    auto& keys = files.services.emplace_back();
    const std::string what = fmt::format("services.{}.tls", service.name);
    keys.ca = reading.authorities(service.tls.ca_file, what + ".ca_file");
    if (service.tls.own) keys.own = reading.certificate(*service.tls.own, what);
  }
  for (const config::TracingHeader& header : config.tracing.headers) {
    files.tracing_headers.push_back(
        reading.secret(header.secret, fmt::format("tracing.headers, {}", header.name.value)));
  }
  auto found = report.take();
  std::move(found.begin(), found.end(), std::back_inserter(diagnostics.items));
  return files;
}

KeyFiles load_keys_of(config::Loaded& loaded, const config::Environment& environment) {
  if (!loaded.config) return {};
  KeyFiles files = load_key_files(*loaded.config, environment, loaded.diagnostics);
  if (loaded.diagnostics.errors() > 0) {
    loaded.draft = std::move(loaded.config);
    loaded.config.reset();
  }
  return files;
}

}  // namespace gateway::decision
