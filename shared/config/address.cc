#include "shared/config/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "shared/base/ascii.h"
#include "shared/base/ip.h"

namespace gateway::config {
namespace {

constexpr std::string_view kAddressForm = R"(expected an IP address and a port, as "0.0.0.0:8000")";
constexpr std::string_view kUrlForm = R"(expected "http://host:port")";

Refusal refuse(std::string_view hint) {
  return {std::string(hint)};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
}

// The host before the port and whether brackets stood around it.
struct Authority {
  std::string_view host;
  std::optional<std::string_view> port;
  bool brackets = false;
};

std::optional<Authority> split_authority(std::string_view text) {
  Authority found;
  std::string_view rest;
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    found.host = text.substr(1, close - 1);
    found.brackets = true;
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = text.find(':');
    found.host = text.substr(0, colon);
    rest = text.substr(found.host.size());
  }
  if (rest.empty()) return found;
  if (rest.front() != ':') return std::nullopt;
  found.port = rest.substr(1);
  return found;
}

}  // namespace

Result<Address, Refusal> parse_address(std::string_view text) {
  const auto authority = split_authority(text);
  if (!authority) return refuse(kAddressForm);
  const auto ip = parse_ip(authority->host);
  if (!ip && parse_ip(text) && text.find(':') != std::string_view::npos) {
    return refuse(fmt::format("write an IPv6 address in brackets, as \"[{}]:8000\"", text));
  }
  if (!ip && authority->host.empty() && authority->port) {
    return refuse(fmt::format("did you mean \"0.0.0.0:{}\"?", *authority->port));
  }
  const bool v6 = authority->host.find(':') != std::string_view::npos;
  if (!ip || v6 != authority->brackets) return refuse(kAddressForm);
  if (!authority->port) return refuse(fmt::format("a port is missing, as \"{}:8000\"", text));
  const auto port = parse_port(*authority->port);
  if (!port) return refuse("a port is a number of at most 65535");
  return Address{std::string(authority->host), *port};
}

Result<Url, Refusal> parse_url(std::string_view text) {
  Url url;
  const std::size_t scheme_end = text.find("://");
  const std::string_view scheme = text.substr(0, scheme_end);
  if (scheme_end == std::string_view::npos) {
    return refuse(fmt::format("did you mean \"http://{}\"?", text));
  }
  url.tls = ascii_iequals(scheme, "https");
  if (!url.tls && !ascii_iequals(scheme, "http")) return refuse(kUrlForm);
  url.port = url.tls ? 443 : 80;
  std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t path = std::min(rest.find_first_of("/?#"), rest.size());
  url.path = rest.substr(path);
  rest = rest.substr(0, path);
  if (rest.find('@') != std::string_view::npos) return refuse("a URL must not hold credentials");
  if (url.path.find('#') != std::string_view::npos) return refuse("a fragment means nothing here");
  const auto authority = split_authority(rest);
  if (!authority) return refuse(kUrlForm);
  const bool host_ok = authority->brackets ? authority->host.find(':') != std::string_view::npos &&
                                                 parse_ip(authority->host).has_value()
                                           : is_host_name(authority->host);
  if (!host_ok) return refuse(kUrlForm);
  if (authority->port) {
    const auto port = parse_port(*authority->port);
    if (!port || *port == 0) return refuse("a port is a number from 1 to 65535");
    url.port = *port;
  }
  url.host = authority->host;
  return url;
}

Result<Url, Refusal> parse_origin(std::string_view text) {
  auto url = parse_url(text);
  if (!url) return url;
  if (!url->path.empty() && url->path != "/") {
    return refuse(R"(nothing may follow the port; a route's rewrite changes paths)");
  }
  return url;
}

std::optional<std::string> clear_host_bits(std::string_view cidr) {
  const std::size_t slash = cidr.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ip(cidr.substr(0, slash));
  const auto bits = parse_port(cidr.substr(slash + 1));
  const bool v4 = cidr.find(':') == std::string_view::npos;
  if (!address || !bits || *bits > (v4 ? 32 : 128)) return std::nullopt;
  IpAddress network = *address;
  for (unsigned bit = v4 ? *bits + 96u : *bits; bit < 128; ++bit) {
    network.bytes[bit / 8] =
        static_cast<std::uint8_t>(network.bytes[bit / 8] & ~(0x80u >> bit % 8));
  }
  return fmt::format("{}/{}", to_string(network), *bits);
}

}  // namespace gateway::config
