#include "gatewayd/http/h2_allowance.h"

#include <doctest/doctest.h>

using namespace gateway;
using gateway::http::H2Allowance;

TEST_CASE("an allowance is used up at its bound and filled again a second later") {
  const SteadyTime start = SteadyTime() + 1h;
  H2Allowance allowance(3, start);
  for (int i = 0; i < 3; ++i) CHECK(allowance.take(start));
  CHECK_FALSE(allowance.take(start + 999ms));
  CHECK(allowance.take(start + 1s));
}

TEST_CASE("what is earned counts up to the bound") {
  const SteadyTime start = SteadyTime() + 1h;
  H2Allowance allowance(2, start);
  allowance.earn(100);
  for (int i = 0; i < 2; ++i) CHECK(allowance.take(start));
  CHECK_FALSE(allowance.take(start));
  allowance.earn(1);
  CHECK(allowance.take(start));
  CHECK_FALSE(allowance.take(start));
}
