#include "shared/policy/name_choice.h"

#include <doctest/doctest.h>

using gateway::policy::NameChoice;

TEST_CASE("a name itself comes before a wildcard, and the first of all answers the rest") {
  const NameChoice choice({{"www.example.com"},
                           {"*.example.com", "example.com"},
                           {"api.example.com"},
                           {"*.api.example.com"}});
  CHECK(choice.choose("www.example.com") == 0);
  CHECK(choice.choose("example.com") == 1);
  CHECK(choice.choose("other.example.com") == 1);
  CHECK(choice.choose("api.example.com") == 2);
  CHECK(choice.choose("v1.api.example.com") == 3);
  CHECK(choice.choose("a.b.example.com") == 0);
  CHECK(choice.choose("example.org") == 0);
  CHECK(choice.choose("") == 0);
}

TEST_CASE("case and a trailing dot make no difference") {
  const NameChoice choice({{"a.test"}, {"*.Example.com", "api.example.com", "*.example.com"}});
  CHECK(choice.choose("API.Example.COM") == 1);
  CHECK(choice.choose("x.EXAMPLE.com.") == 1);
}

TEST_CASE("an asterisk stands for one label that is not empty") {
  const NameChoice choice({{"a.test"}, {"*.example.com"}});
  CHECK(choice.choose(".example.com") == 0);
  CHECK(choice.choose("example.com") == 0);
  CHECK(choice.choose("com") == 0);
  CHECK(choice.choose(".") == 0);
  CHECK(choice.choose("..") == 0);
}

TEST_CASE("a name that is two or more certificates' is the first one's") {
  CHECK(NameChoice({{"z.test"}, {"a.test"}, {"a.test"}}).choose("a.test") == 1);
}

TEST_CASE("a name longer than names can be is nobody's") {
  const std::string longest = std::string(249, 'a') + ".com";
  const NameChoice choice({{"a.test"}, {longest, longest + "m"}});
  CHECK(choice.choose(longest) == 1);
  CHECK(choice.choose(longest + "m") == 0);
}
