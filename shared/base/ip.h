#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

// An IPv4 or IPv6 address; IPv4 is held in its mapped form (::ffff:a.b.c.d), so that the two
// compare alike (RFC 4291 §2.5.5.2).
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  bool is_v4() const;
  bool operator==(const IpAddress&) const = default;
};

// Accepts dotted IPv4 and RFC 4291 IPv6 without brackets, port or zone.
std::optional<IpAddress> parse_ip(std::string_view text);
// Dotted for IPv4 and mapped IPv4, RFC 5952 otherwise.
std::string to_string(const IpAddress& address);

// A network prefix, "10.0.0.0/8" or "2001:db8::/32"; a bare address is a full-length prefix.
struct Cidr {
  IpAddress network;
  std::uint8_t bits = 128;  // of the 128-bit mapped form: an IPv4 /8 is 104

  bool contains(const IpAddress& address) const;
  bool operator==(const Cidr&) const = default;
};

// Refuses host bits that are set below the prefix, as "10.1.0.0/8" is most often a mistake.
std::optional<Cidr> parse_cidr(std::string_view text);

bool contains(const std::vector<Cidr>& networks, const IpAddress& address);

}  // namespace gateway
