#include "shared/policy/cookies.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/shared/policy/fields_of.h"

namespace gateway::policy {
namespace {

std::string value_of(std::string_view name, std::string_view cookies) {
  const Cookie cookie = find_cookie(fields_of({{"Cookie", cookies}}), name);
  return cookie ? "=" + std::string(cookie.value) : "none";
}

TEST_CASE("a cookie is found by its exact name") {
  CHECK(value_of("b", "a=1; b=2; c=3") == "=2");
  CHECK(value_of("a", "a=1") == "=1");
  CHECK(value_of("A", "a=1") == "none");
  CHECK(value_of("b", "bb=1; ab=2") == "none");
  CHECK(value_of("1", "a=1") == "none");
}

TEST_CASE("values are taken as they are") {
  CHECK(value_of("a", "a=x=y==") == "=x=y==");
  CHECK(value_of("a", "a=\"q\"") == "=\"q\"");
  CHECK(value_of("a", "a=") == "=");
  CHECK(value_of("a", "a=x y") == "=x y");
  CHECK(value_of("a", "a=\xc3\xa4") == "=\xc3\xa4");
}

TEST_CASE("loose spelling is read, what cannot be read is passed over") {
  CHECK(value_of("b", "a=1;b=2") == "=2");
  CHECK(value_of("b", " ;; a = 1 ;\tb = 2 \t;") == "=2");
  CHECK(value_of("b", "b; b=2") == "=2");
  CHECK(value_of("b", "=b; b=2") == "=2");
  CHECK(value_of("b", "b c=1; b=2") == "=2");
  CHECK(value_of("b", "") == "none");
  CHECK(value_of("b", ";") == "none");
  CHECK(value_of("", "=1; =2") == "none");
  CHECK(value_of("a", std::string_view("a\0=1; a=2", 9)) == "=2");
}

TEST_CASE("every Cookie field counts, and what stands twice is reported") {
  const Fields fields =
      fields_of({{"Cookie", "a=1; b=2"}, {"X-Cookie", "a=9"}, {"cookie", "a=3; c=4"}});
  CHECK(find_cookie(fields, "a").value == "1");
  CHECK(find_cookie(fields, "a").repeated());
  CHECK(find_cookie(fields, "c").value == "4");
  CHECK(find_cookie(fields, "c").count == 1);
  CHECK_FALSE(find_cookie(fields, "d"));
  CHECK(find_cookie(fields_of({{"Cookie", "a=1; a=1; a=1"}}), "a").count == 3);
}

}  // namespace
}  // namespace gateway::policy
