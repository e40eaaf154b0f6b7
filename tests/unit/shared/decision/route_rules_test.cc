#include "shared/decision/route_rules.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::decision {
namespace {

std::string labels(std::size_t count, std::size_t size) {
  std::string name;
  for (std::size_t i = 0; i < count; ++i) {
    name += (i == 0 ? "" : ".") + std::string(size, 'a');
  }
  return name;
}

TEST_CASE("names, wildcards and addresses are hosts") {
  for (const char* host :
       {"localhost", "api.example.com", "API.Example.COM", "*.example.com", "a_b.internal",
        "x-1.test", "xn--bcher-kva.example", "192.0.2.7", "[::1]", "[2001:DB8::7]"}) {
    CHECK_MESSAGE(host_fault(host) == nullptr, host);
  }
}

TEST_CASE("anything else says what to write") {
  const auto says = [](std::string_view host, std::string_view part) {
    const char* fault = host_fault(host);
    REQUIRE(fault != nullptr);
    CAPTURE(fault);
    CHECK(std::string_view(fault).find(part) != std::string_view::npos);
  };
  says("", "expected a host name");
  says("a b", "expected a host name");
  says("a..b", "expected a host name");
  says(".a", "expected a host name");
  says("a.", "expected a host name");
  says("-a.test", "expected a host name");
  says("a-.test", "expected a host name");
  says(
      "b\xc3\xbc"
      "cher.example",
      "expected a host name");
  says("*.", "expected a host name");
  says("[]", "expected a host name");
  says("[192.0.2.7]", "expected a host name");
  says("*", "leave `hosts` out");
  says("a.*.test", "alone at the start");
  says("*a.test", "alone at the start");
  says("*.*.test", "alone at the start");
  says("a.test:80", "without a port");
  says("[::1]:80", "without a port");
  says("https://a.test", "without a scheme");
  says("::1", "in brackets");
}

TEST_CASE("the longest label and host, and one byte more") {
  CHECK(host_fault(labels(1, 63)) == nullptr);
  CHECK(host_fault(labels(1, 64)) != nullptr);
  const std::string longest = labels(3, 63) + "." + labels(1, 61);
  REQUIRE(longest.size() == 253);
  CHECK(host_fault(longest) == nullptr);
  CHECK(host_fault(longest + "a") != nullptr);
}

TEST_CASE("the router's rule has the hosts in lower case and the rest as it stands") {
  config::Route route;
  route.path.value = "/Samples/{id}";
  route.hosts = {{"API.Example.com", {}}, {"*.B.test", {}}};
  route.methods = {{"GET", {}}, {"PURGE", {}}};
  route.priority = -3;
  const routing::RouteRule rule = rule_of(route);
  CHECK(rule.path == "/Samples/{id}");
  CHECK(rule.hosts == std::vector<std::string>{"api.example.com", "*.b.test"});
  CHECK(rule.methods == std::vector<std::string>{"GET", "PURGE"});
  CHECK(rule.priority == -3);
  CHECK(rule.conditions.empty());
}

TEST_CASE("conditions name fields in lower case and parameters as they stand") {
  config::Route route;
  route.match_headers = {{"X-Version", "Two", {}}};
  route.match_query = {{"V", "A b", {}}};
  const routing::Conditions conditions = rule_of(route).conditions;
  CHECK(conditions.headers == std::vector<routing::Condition>{{"x-version", "Two"}});
  CHECK(conditions.query == std::vector<routing::Condition>{{"V", "A b"}});
}

TEST_CASE("a condition that no request can meet says what to write") {
  CHECK(header_condition_fault({"X-Version", "2", {}}) == nullptr);
  CHECK(header_condition_fault({"X-Version", "", {}}) == nullptr);
  CHECK(header_condition_fault({"Accept", "a, b; q=0.5", {}}) == nullptr);
  CHECK(header_condition_fault({"", "2", {}}) != nullptr);
  CHECK(header_condition_fault({"X:", "2", {}}) != nullptr);
  CHECK(header_condition_fault({"host", "a.test", {}}) != nullptr);
  CHECK(header_condition_fault({"X-Version", " 2", {}}) != nullptr);
  CHECK(header_condition_fault({"X-Version", "2\n", {}}) != nullptr);
  CHECK(query_condition_fault({"a b&c", "", {}}) == nullptr);
  CHECK(query_condition_fault({"", "2", {}}) != nullptr);
  CHECK(query_condition_fault({std::string(128, 'a'), "2", {}}) == nullptr);
  CHECK(query_condition_fault({std::string(129, 'a'), "2", {}}) != nullptr);
}

}  // namespace
}  // namespace gateway::decision
