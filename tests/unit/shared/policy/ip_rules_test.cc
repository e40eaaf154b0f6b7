#include "shared/policy/ip_rules.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

#include "tests/unit/shared/policy/naive_ip_rules.h"

namespace gateway::policy {
namespace {

std::vector<Cidr> list(std::initializer_list<std::string_view> texts) {
  std::vector<Cidr> prefixes;
  for (const std::string_view text : texts) {
    const auto prefix = parse_cidr(text);
    REQUIRE(prefix);
    prefixes.push_back(*prefix);
  }
  return prefixes;
}

// "+" or "-" and the prefix that decided.
std::string verdict(const IpRules& rules, std::string_view address) {
  const IpVerdict verdict = rules.decide(*parse_ip(address));
  CHECK(*verdict.why != '\0');
  const std::string sign = verdict.allowed ? "+" : "-";
  if (verdict.by == nullptr) return sign;
  return sign + to_string(verdict.by->network) + "/" + std::to_string(verdict.by->bits);
}

// Clears the bits below the prefix.
Cidr masked(IpAddress address, unsigned bits) {
  for (unsigned bit = bits; bit < 128; ++bit) {
    address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  }
  return {address, static_cast<std::uint8_t>(bits)};
}

// Few different bits, so that prefixes nest and addresses lie in and near them.
class Source {
 public:
  explicit Source(unsigned seed) : random_(seed) {}

  IpAddress address() {
    IpAddress address = *parse_ip(random_() % 2 == 0 ? "10.0.0.0" : "2001:db8::");
    const std::size_t first = address.is_v4() ? 12 : 4;
    for (std::size_t at = first; at < 16; ++at) {
      const auto choice = random_() % 4;
      address.bytes[at] = static_cast<std::uint8_t>(choice == 3 ? random_() : choice * 0x7f);
    }
    return address;
  }

  Cidr prefix() {
    const IpAddress chosen = address();
    const unsigned shortest = chosen.is_v4() ? 96 : 0;
    return masked(chosen, shortest + static_cast<unsigned>(random_()) % (129 - shortest));
  }

  std::vector<Cidr> prefixes(std::size_t count) {
    std::vector<Cidr> prefixes;
    for (std::size_t i = 0; i < count; ++i) prefixes.push_back(prefix());
    return prefixes;
  }

  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_;
};

void compare(const std::vector<Cidr>& allow, const std::vector<Cidr>& deny, const IpRules& rules,
             const IpAddress& address) {
  const naive::Answer expected = naive::decide(allow, deny, address);
  const IpVerdict found = rules.decide(address);
  REQUIRE(found.allowed == expected.allowed);
  REQUIRE((found.by != nullptr) == expected.matched);
  if (found.by != nullptr) REQUIRE(*found.by == expected.by);
}

TEST_CASE("without a list everyone may ask; a deny list refuses its own alone") {
  CHECK(verdict(IpRules(), "192.0.2.1") == "+");
  const IpRules rules({}, list({"192.0.2.0/24", "2001:db8::/32"}));
  CHECK(verdict(rules, "192.0.2.1") == "-192.0.2.0/120");
  CHECK(verdict(rules, "192.0.3.1") == "+");
  CHECK(verdict(rules, "2001:db8::1") == "-2001:db8::/32");
  CHECK(verdict(rules, "2001:db9::1") == "+");
}

TEST_CASE("an allow list refuses everyone else") {
  const IpRules rules(list({"10.0.0.0/8", "::1"}), {});
  CHECK(verdict(rules, "10.1.2.3") == "+10.0.0.0/104");
  CHECK(verdict(rules, "11.0.0.0") == "-");
  CHECK(verdict(rules, "::1") == "+::1/128");
  CHECK(verdict(rules, "::2") == "-");
}

TEST_CASE("the longest prefix decides, and deny an equal one") {
  const IpRules rules(list({"10.0.0.0/8", "10.1.2.0/24", "10.9.0.0/16"}),
                      list({"10.1.0.0/16", "10.1.2.128/25", "10.9.0.0/16", "0.0.0.0/0"}));
  CHECK(verdict(rules, "10.0.0.1") == "+10.0.0.0/104");
  CHECK(verdict(rules, "10.1.0.1") == "-10.1.0.0/112");
  CHECK(verdict(rules, "10.1.2.1") == "+10.1.2.0/120");
  CHECK(verdict(rules, "10.1.2.129") == "-10.1.2.128/121");
  CHECK(verdict(rules, "10.9.9.9") == "-10.9.0.0/112");
  CHECK(verdict(rules, "192.0.2.1") == "-0.0.0.0/96");
}

TEST_CASE("the ends of a prefix belong to it, their neighbours do not") {
  const IpRules rules({}, list({"10.1.0.0/16", "255.255.255.255", "0.0.0.0"}));
  CHECK(verdict(rules, "10.0.255.255") == "+");
  CHECK(verdict(rules, "10.1.0.0") == "-10.1.0.0/112");
  CHECK(verdict(rules, "10.1.255.255") == "-10.1.0.0/112");
  CHECK(verdict(rules, "10.2.0.0") == "+");
  CHECK(verdict(rules, "255.255.255.255") == "-255.255.255.255/128");
  CHECK(verdict(rules, "0.0.0.0") == "-0.0.0.0/128");
}

TEST_CASE("IPv6 prefixes say nothing of IPv4, and mapped ones are IPv4") {
  CHECK(verdict(IpRules({}, list({"::/0"})), "192.0.2.1") == "+");
  CHECK(verdict(IpRules({}, list({"::/0"})), "::1") == "-::/0");
  CHECK(verdict(IpRules(list({"::/0"}), {}), "192.0.2.1") == "-");
  CHECK(verdict(IpRules({}, list({"0.0.0.0/0"})), "2001:db8::1") == "+");
  CHECK(verdict(IpRules({}, list({"192.0.2.0/24"})), "::ffff:192.0.2.7") == "-192.0.2.0/120");
  CHECK(verdict(IpRules({}, list({"::ffff:192.0.2.0/120"})), "192.0.2.7") == "-192.0.2.0/120");
}

TEST_CASE("a prefix of every length, one in the other: each address finds its own") {
  std::vector<Cidr> deny;
  const IpAddress deepest = *parse_ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  for (unsigned bits = 0; bits <= 128; ++bits) deny.push_back(masked(deepest, bits));
  const IpRules rules({}, deny);
  CHECK(rules.decide(deepest).by->bits == 128);
  for (unsigned bit = 0; bit < 128; ++bit) {
    IpAddress address = deepest;
    address.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80u >> bit % 8);
    REQUIRE(rules.decide(address).by != nullptr);
    CHECK(rules.decide(address).by->bits == bit);
  }
}

TEST_CASE("small random lists decide as one prefix after the other would") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Source source(seed);
    const auto allow = source.prefixes(source.random()() % 8);
    const auto deny = source.prefixes(source.random()() % 12);
    const IpRules rules(allow, deny);
    for (int i = 0; i < 100; ++i) compare(allow, deny, rules, source.address());
    for (const Cidr& prefix : allow) compare(allow, deny, rules, prefix.network);
    for (const Cidr& prefix : deny) compare(allow, deny, rules, prefix.network);
  }
}

TEST_CASE("a hundred thousand prefixes decide as one after the other would") {
  Source source(1);
  const auto allow = source.prefixes(30'000);
  const auto deny = source.prefixes(70'000);
  const IpRules rules(allow, deny);
  for (int i = 0; i < 300; ++i) compare(allow, deny, rules, source.address());
  for (std::size_t i = 0; i < deny.size(); i += 997) {
    compare(allow, deny, rules, deny[i].network);
  }
}

}  // namespace
}  // namespace gateway::policy
