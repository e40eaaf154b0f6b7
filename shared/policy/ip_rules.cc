#include "shared/policy/ip_rules.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

namespace gateway::policy {
namespace {

constexpr std::uint8_t kMappedBits = 96;

int compare(const IpAddress& a, const IpAddress& b) {
  return std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size());
}

}  // namespace

IpRules::IpRules(const std::vector<Cidr>& allow, const std::vector<Cidr>& deny)
    : allow_listed_(!allow.empty()) {
  assert(allow.size() + deny.size() <
         static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  rules_.reserve(allow.size() + deny.size());
  for (const Cidr& prefix : deny) rules_.push_back({prefix, false});
  for (const Cidr& prefix : allow) rules_.push_back({prefix, true});
  // Stable: of equal prefixes the denied one stays first, and the others go.
  std::stable_sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) {
    const int order = compare(a.prefix.network, b.prefix.network);
    return order != 0 ? order < 0 : a.prefix.bits < b.prefix.bits;
  });
  const auto last = std::unique(rules_.begin(), rules_.end(),
                                [](const Rule& a, const Rule& b) { return a.prefix == b.prefix; });
  rules_.erase(last, rules_.end());

  std::int32_t enclosing = -1;
  for (std::size_t index = 0; index < rules_.size(); ++index) {
    Rule& rule = rules_[index];
    while (enclosing >= 0 &&
           !rules_[static_cast<std::size_t>(enclosing)].prefix.contains(rule.prefix.network)) {
      enclosing = rules_[static_cast<std::size_t>(enclosing)].parent;
    }
    rule.parent = enclosing;
    enclosing = static_cast<std::int32_t>(index);
  }
}

const IpRules::Rule* IpRules::find(const IpAddress& address) const {
  // The last prefix that starts at or before the address: it holds it, or one around it does, or
  // none does.
  const auto after = std::upper_bound(
      rules_.begin(), rules_.end(), address,
      [](const IpAddress& a, const Rule& rule) { return compare(a, rule.prefix.network) < 0; });
  auto index = static_cast<std::int32_t>(after - rules_.begin()) - 1;
  const std::uint8_t shortest = address.is_v4() ? kMappedBits : 0;
  while (index >= 0) {
    const Rule& rule = rules_[static_cast<std::size_t>(index)];
    if (rule.prefix.contains(address)) return rule.prefix.bits >= shortest ? &rule : nullptr;
    index = rule.parent;
  }
  return nullptr;
}

IpVerdict IpRules::decide(const IpAddress& address) const {
  if (const Rule* rule = find(address)) {
    return {rule->allow, rule->allow ? "allowed by its network" : "denied by its network",
            &rule->prefix};
  }
  if (allow_listed_) return {false, "in none of the networks that are allowed", nullptr};
  return {true, "in none of the networks that are denied", nullptr};
}

}  // namespace gateway::policy
