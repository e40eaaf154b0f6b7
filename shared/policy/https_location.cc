#include "shared/policy/https_location.h"

namespace gateway::policy {
namespace {

constexpr std::uint16_t kHttps = 443;

}  // namespace

std::string_view without_port(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');  // an IPv6 address has colons of its own
  const std::size_t colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
  return authority.substr(0, colon);
}

std::string https_location(std::string_view authority, std::uint16_t port, std::string_view path,
                           bool has_query, std::string_view query) {
  std::string line("Location: https://");
  line.append(without_port(authority));
  if (port != kHttps) line.append(":").append(std::to_string(port));
  line.append(path);
  if (has_query) line.append("?").append(query);
  return line.append("\r\n");
}

}  // namespace gateway::policy
