#pragma once

#include <cstdint>
#include <vector>

#include "shared/base/ip.h"

namespace gateway::policy {

struct IpVerdict {
  bool allowed = true;
  const char* why = "";      // a static sentence
  const Cidr* by = nullptr;  // the prefix that decided; nullptr: none matched
};

// Who may ask, by address: the longest prefix of both lists decides, deny when both hold the same
// one. Where none matches, everyone is allowed, or nobody once `allow` holds anything.
//
// IPv4 addresses are decided by IPv4 prefixes and IPv6 ones by IPv6 prefixes: "::/0" says nothing
// of IPv4, though its mapped form lies within. A mapped address (::ffff:a.b.c.d) and a mapped
// prefix of 96 bits and more are IPv4.
//
// Built once a snapshot in O(n log n), const afterwards; 24 bytes a prefix. A look-up is a binary
// search and at most one step for each length of the prefixes that enclose what it found; it
// allocates nothing. Prefixes have no host bits set, as parse_cidr() sees to.
class IpRules {
 public:
  IpRules() = default;  // everyone
  IpRules(const std::vector<Cidr>& allow, const std::vector<Cidr>& deny);

  IpVerdict decide(const IpAddress& address) const;

 private:
  struct Rule {
    Cidr prefix;
    bool allow;
    std::int32_t parent = -1;  // the longest prefix that encloses this one; -1: none
  };

  // The longest prefix that holds the address.
  const Rule* find(const IpAddress& address) const;

  std::vector<Rule> rules_;  // by network, then length: what encloses stands first
  bool allow_listed_ = false;
};

}  // namespace gateway::policy
