#include "gatewayd/config_state.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace gateway {
namespace {

// Gives every name the id that stands for it in log rows.
void name_in_journal(decision::Snapshot& snapshot, journal::Journal* request_log) {
  const auto id = [&](const std::string& name) {
    return request_log == nullptr ? 0 : request_log->intern(name);
  };
  for (decision::RoutePlan& route : snapshot.routes) route.name_id = id(route.name);
  snapshot.service_ids.clear();
  snapshot.instance_ids.clear();
  for (const config::Service& service : snapshot.config.services) {
    snapshot.service_ids.push_back(id(service.name));
    auto& instances = snapshot.instance_ids.emplace_back();
    for (const config::Instance& instance : service.instances)
      instances.push_back(id(instance.url));
  }
}

tracing::Settings tracing_settings(const config::Tracing& config,
                                   const std::vector<std::string>& header_values) {
  tracing::Settings settings{config.endpoint, {},           config.service_name, config.queue,
                             config.batch,    config.every, config.timeout};
  for (std::size_t i = 0; i < config.headers.size(); ++i) {
    settings.headers.emplace_back(config.headers[i].name.value, header_values[i]);
  }
  return settings;
}

std::uint32_t number(const Applied& applied, journal::Journal* request_log,
                     const Applied* previous) {
  if (request_log != nullptr) return request_log->number_revision(applied.sha256, applied.by);
  if (previous == nullptr) return 1;
  const std::uint32_t last = previous->snapshot->revision;
  return previous->sha256 == applied.sha256 ? last : last + 1;
}

}  // namespace

std::string digest(const std::vector<config::SourceFile>& files) {
  std::string text;
  for (const config::SourceFile& file : files) {
    // The length keeps "a" + "bc" apart from "ab" + "c".
    text.append(fmt::format("{}:", file.text.size())).append(file.text);
  }
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), hash, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex.append(fmt::format("{:02x}", hash[i]));
  return hex;
}

Applied prepare(config::Config config, decision::KeyFiles files, proxy::Addresses addresses,
                proxy::TlsClients tls_clients, proxy::Fleet& fleet, journal::Journal* request_log,
                const std::string& by, const Applied* previous, journal::DaemonLog& log) {
  Applied applied;
  applied.by = by;
  applied.at = SystemClock().unix_now();
  applied.sha256 = digest(config.files);
  applied.addresses = std::make_shared<const proxy::Addresses>(std::move(addresses));
  applied.tls_clients = std::make_shared<const proxy::TlsClients>(std::move(tls_clients));
  applied.fleet = fleet.adopt(config, *applied.addresses, *applied.tls_clients,
                              std::chrono::steady_clock::now());
  if (config.auth.jwt) {
    applied.keys = std::make_shared<proxy::KeySource>(
        *config.auth.jwt, std::move(files.jwt_keys),
        previous != nullptr ? previous->keys.get() : nullptr,
        [&log](const std::string& what) { log.about(journal::Category::security).warning(what); });
  }
  applied.tracing = tracing_settings(config.tracing, files.tracing_headers);
  auto snapshot = decision::build_snapshot(std::move(config), files);
  name_in_journal(*snapshot, request_log);
  snapshot->revision = number(applied, request_log, previous);
  applied.snapshot = std::move(snapshot);
  return applied;
}

}  // namespace gateway
