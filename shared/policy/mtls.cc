#include "shared/policy/mtls.h"

#include <algorithm>

#include "shared/base/ip.h"
#include "shared/policy/configured_identity.h"

namespace gateway::policy {
namespace {

using User = config::MtlsAuth::User;

std::string_view first_of(const std::vector<std::string>& texts) {
  return texts.empty() ? std::string_view() : texts.front();
}

std::string_view first_dns_of(const CertificateFacts& certificate) {
  const auto found = std::find_if(certificate.names.begin(), certificate.names.end(),
                                  [](const std::string& name) { return !parse_ip(name); });
  return found == certificate.names.end() ? std::string_view() : *found;
}

// A name that a log line, a field or another system would take for something else.
bool is_readable(std::string_view name) {
  return !name.empty() && name.size() <= kMaxCertificateUser &&
         std::none_of(name.begin(), name.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

}  // namespace

MtlsRules::MtlsRules(const config::MtlsAuth& auth)
    : user_(auth.user), lists_clients_(!auth.clients.empty()) {
  for (const config::MtlsClient& client : auth.clients) clients_.try_emplace(client.name, client);
}

std::string_view MtlsRules::user_of(const CertificateFacts& certificate) const {
  switch (user_) {
    case User::common_name:
      return certificate.common_name;
    case User::subject:
      return certificate.subject;
    case User::dns:
      return first_dns_of(certificate);
    case User::uri:
      return first_of(certificate.uris);
    case User::email:
      return first_of(certificate.emails);
    case User::sha256:
      return certificate.sha256;
  }
  return {};
}

MtlsRules::Verdict MtlsRules::identify(const CertificateFacts& certificate) const {
  const std::string user(user_of(certificate));
  if (!is_readable(user)) return {nullptr, "The client certificate does not name its holder."};
  const auto client = clients_.find(user);
  if (client == clients_.end() && lists_clients_) {
    return {nullptr, "The client certificate is not one of those that count here."};
  }
  static const config::MtlsClient kNothingMore;
  const config::MtlsClient& known = client != clients_.end() ? client->second : kNothingMore;
  const auto made = configured_identity(user, "mtls", known.roles, known.scopes,
                                        certificate.not_after * 1'000'000);
  auto identity = std::make_shared<Identity>(*made);
  const auto add = [&](const char* claim, std::string_view value) {
    if (!value.empty()) identity->claims.emplace_back(claim, value);
  };
  add("subject", certificate.subject);
  add("issuer", certificate.issuer);
  add("serial", certificate.serial);
  add("sha256", certificate.sha256);
  add("common_name", certificate.common_name);
  add("dns", first_dns_of(certificate));
  add("uri", first_of(certificate.uris));
  add("email", first_of(certificate.emails));
  return {std::move(identity), ""};
}

}  // namespace gateway::policy
