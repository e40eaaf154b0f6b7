#include "shared/base/ip.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace gateway {
namespace {

// As it is printed after parsing, or "refused".
std::string round_trip(std::string_view text) {
  const auto address = parse_ip(text);
  return address ? to_string(*address) : "refused";
}

bool within(std::string_view network, std::string_view address) {
  const auto cidr = parse_cidr(network);
  REQUIRE(cidr);
  const auto ip = parse_ip(address);
  REQUIRE(ip);
  return cidr->contains(*ip);
}

TEST_CASE("addresses are read, and printed in their shortest form") {
  CHECK(round_trip("127.0.0.1") == "127.0.0.1");
  CHECK(round_trip("255.255.255.255") == "255.255.255.255");
  CHECK(round_trip("::1") == "::1");
  CHECK(round_trip("::") == "::");
  CHECK(round_trip("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
  CHECK(round_trip("1111:2222:3333:4444:5555:6666:7777:8888") ==
        "1111:2222:3333:4444:5555:6666:7777:8888");
}

TEST_CASE("a mapped address is the IPv4 one") {
  const auto plain = parse_ip("192.0.2.7");
  const auto mapped = parse_ip("::ffff:192.0.2.7");
  REQUIRE(plain);
  REQUIRE(mapped);
  CHECK(*plain == *mapped);
  CHECK(mapped->is_v4());
  CHECK(to_string(*mapped) == "192.0.2.7");
  CHECK_FALSE(parse_ip("::192.0.2.7")->is_v4());
}

TEST_CASE("what is not an address is refused") {
  for (const char* text :
       {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80", "[::1]",
        "fe80::1%eth0", "::1::", ":::", "12345::", "1:2:3:4:5:6:7", "localhost", "0x7f.0.0.1"}) {
    CHECK_MESSAGE(round_trip(text) == "refused", text);
  }
  CHECK(round_trip(std::string(1000, '1')) == "refused");
  CHECK(round_trip(std::string_view("1.2.3.4\0x", 9)) == "refused");
}

TEST_CASE("a prefix contains its first and last address, and neither neighbour") {
  CHECK(within("10.0.0.0/8", "10.0.0.0"));
  CHECK(within("10.0.0.0/8", "10.255.255.255"));
  CHECK_FALSE(within("10.0.0.0/8", "9.255.255.255"));
  CHECK_FALSE(within("10.0.0.0/8", "11.0.0.0"));
  CHECK(within("192.0.2.64/27", "192.0.2.95"));
  CHECK_FALSE(within("192.0.2.64/27", "192.0.2.96"));
  CHECK_FALSE(within("192.0.2.64/27", "192.0.2.63"));
  CHECK(within("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(within("2001:db8::/33", "2001:db8:8000::"));
  CHECK(within("192.0.2.7", "::ffff:192.0.2.7"));
  CHECK_FALSE(within("192.0.2.7", "192.0.2.6"));
}

TEST_CASE("every address, and all of IPv4") {
  CHECK(within("::/0", "10.1.2.3"));
  CHECK(within("::/0", "2001:db8::"));
  CHECK(within("0.0.0.0/0", "255.255.255.255"));
  CHECK_FALSE(within("0.0.0.0/0", "::1"));
}

TEST_CASE("a prefix with host bits, or with no plain length, is refused") {
  for (const char* text : {"10.1.0.0/8", "192.0.2.1/31", "2001:db8::1/64", "10.0.0.0/33", "::/129",
                           "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8", "10.0.0.0/8/8",
                           "/8", "", "10.0.0/8", "ten/8"}) {
    CHECK_MESSAGE(!parse_cidr(text), text);
  }
  CHECK(parse_cidr("10.0.0.0/32")->bits == 128);
  CHECK(parse_cidr("::1/128")->bits == 128);
}

TEST_CASE("any of several networks") {
  const std::vector<Cidr> networks = {*parse_cidr("10.0.0.0/8"), *parse_cidr("::1")};
  CHECK(contains(networks, *parse_ip("10.9.8.7")));
  CHECK(contains(networks, *parse_ip("::1")));
  CHECK_FALSE(contains(networks, *parse_ip("::2")));
  CHECK_FALSE(contains({}, *parse_ip("::1")));
}

}  // namespace
}  // namespace gateway
