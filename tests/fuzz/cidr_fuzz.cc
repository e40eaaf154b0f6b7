// Networks and addresses from anywhere: what is accepted reads back as itself, and the rules decide
// as one prefix after the other would.
// Input: one a line: "+" and a network that is allowed, "-" and one that is denied, or an address.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "shared/policy/ip_rules.h"
#include "tests/unit/shared/policy/naive_ip_rules.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

void take_prefix(std::string_view text, std::vector<Cidr>& prefixes) {
  const auto prefix = parse_cidr(text);
  if (!prefix) return;
  require(prefix->bits <= 128 && prefix->contains(prefix->network));
  const bool v4 = prefix->network.is_v4();
  require(!v4 || prefix->bits >= 96);
  const std::string form =
      to_string(prefix->network) + "/" + std::to_string(prefix->bits - (v4 ? 96 : 0));
  require(parse_cidr(form) == prefix);
  prefixes.push_back(*prefix);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<Cidr> allow;
  std::vector<Cidr> deny;
  std::vector<IpAddress> addresses;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.starts_with('+')) {
      take_prefix(line.substr(1), allow);
    } else if (line.starts_with('-')) {
      take_prefix(line.substr(1), deny);
    } else if (const auto address = parse_ip(line)) {
      require(parse_ip(to_string(*address)) == address);
      addresses.push_back(*address);
    }
  }
  for (const Cidr& prefix : allow) addresses.push_back(prefix.network);
  for (const Cidr& prefix : deny) addresses.push_back(prefix.network);
  const IpRules rules(allow, deny);
  for (const IpAddress& address : addresses) {
    const IpVerdict found = rules.decide(address);
    const naive::Answer expected = naive::decide(allow, deny, address);
    require(found.allowed == expected.allowed);
    require((found.by != nullptr) == expected.matched);
    require(found.by == nullptr || *found.by == expected.by);
  }
  return 0;
}
