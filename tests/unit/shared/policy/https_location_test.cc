#include "shared/policy/https_location.h"

#include <doctest/doctest.h>

using gateway::policy::https_location;

TEST_CASE("the same place under https, without the port that http had") {
  CHECK(https_location("a.test", 443, "/x/y", false, "") == "Location: https://a.test/x/y\r\n");
  CHECK(https_location("a.test:8080", 443, "/", true, "q=1") ==
        "Location: https://a.test/?q=1\r\n");
  CHECK(https_location("a.test:8080", 8443, "/", true, "") ==
        "Location: https://a.test:8443/?\r\n");
  CHECK(https_location("[2001:db8::1]:80", 443, "/", false, "") ==
        "Location: https://[2001:db8::1]/\r\n");
  CHECK(https_location("[2001:db8::1]", 8443, "/", false, "") ==
        "Location: https://[2001:db8::1]:8443/\r\n");
}
