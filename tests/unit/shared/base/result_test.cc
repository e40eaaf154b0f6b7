#include "shared/base/result.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

namespace gateway {
namespace {

struct Fault {
  int code = 0;
};

Result<std::string, Fault> half(int n) {
  if (n % 2 != 0) return Fault{n};
  return std::to_string(n / 2);
}

TEST_CASE("a result is a value") {
  auto result = half(8);
  REQUIRE(result.ok());
  CHECK(static_cast<bool>(result));
  CHECK(*result == "4");
  CHECK(result->size() == 1);
  result.value() += "!";
  CHECK(std::as_const(result).value() == "4!");
}

TEST_CASE("or an error") {
  const auto result = half(7);
  REQUIRE_FALSE(result.ok());
  CHECK_FALSE(static_cast<bool>(result));
  CHECK(result.error().code == 7);
}

TEST_CASE("what can only be moved is moved out") {
  Result<std::unique_ptr<int>, Fault> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = std::move(*result);
  REQUIRE(taken != nullptr);
  CHECK(*taken == 5);
  CHECK(*result == nullptr);
}

}  // namespace
}  // namespace gateway
