#include "shared/base/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace gateway {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.empty() || text.size() >= sizeof(terminated)) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton would stop there
  std::memcpy(terminated, text.data(), text.size());
  IpAddress address;
  std::uint8_t v4[4];
  if (::inet_pton(AF_INET, terminated, v4) == 1) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
    std::copy(v4, v4 + 4, address.bytes.begin() + 12);
    return address;
  }
  if (::inet_pton(AF_INET6, terminated, address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.is_v4()) {
    ::inet_ntop(AF_INET, address.bytes.data() + 12, text, sizeof(text));
  } else {
    ::inet_ntop(AF_INET6, address.bytes.data(), text, sizeof(text));
  }
  return text;
}

bool Cidr::contains(const IpAddress& address) const {
  const std::size_t whole = bits / 8;
  if (std::memcmp(network.bytes.data(), address.bytes.data(), whole) != 0) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xffu << (8 - rest) & 0xffu;
  return (network.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  Cidr cidr{*address, 128};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const bool v4 = text.find(':') == std::string_view::npos;
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty() ||
        bits > (v4 ? 32u : 128u)) {
      return std::nullopt;
    }
    cidr.bits = static_cast<std::uint8_t>(v4 ? bits + 96 : bits);
  }
  for (unsigned bit = cidr.bits; bit < 128; ++bit) {
    if (cidr.network.bytes[bit / 8] & (0x80u >> bit % 8)) return std::nullopt;
  }
  return cidr;
}

bool contains(const std::vector<Cidr>& networks, const IpAddress& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Cidr& network) { return network.contains(address); });
}

}  // namespace gateway
