#include "gatewayd/journal/redact.h"

#include <doctest/doctest.h>

using gateway::journal::Redactor;

namespace {

std::string masked(const Redactor& redactor, std::string_view query) {
  std::string out = "left from the row before";
  return std::string(redactor.mask(query, out));
}

}  // namespace

TEST_CASE("values of named parameters are masked, however the name is written") {
  const Redactor redactor({"token", "Api Key"});
  CHECK(masked(redactor, "token=s3cret") == "token=***");
  CHECK(masked(redactor, "a=1&token=s3cret&b=2") == "a=1&token=***&b=2");
  CHECK(masked(redactor, "TOKEN=s3cret") == "TOKEN=***");
  CHECK(masked(redactor, "t%6Fken=s3cret") == "t%6Fken=***");
  CHECK(masked(redactor, "%54oken=s3cret") == "%54oken=***");
  CHECK(masked(redactor, "api+key=1&api%20key=2&API+KEY=3") ==
        "api+key=***&api%20key=***&API+KEY=***");
  CHECK(masked(redactor, "token=a&token=b") == "token=***&token=***");
  CHECK(masked(redactor, "token=") == "token=***");
  CHECK(masked(redactor, "token=a=b=c") == "token=***");
  CHECK(masked(redactor, "token=a;b=c&d=e") == "token=***&d=e");
  CHECK(masked(redactor, "a=1;token=b;c=d") == "a=1;token=***");
}

TEST_CASE("everything else stays as it was") {
  const Redactor redactor({"token"});
  for (const char* query :
       {"", "token", "token&x=1", "tokens=1", "atoken=1", "a=token=1", "=1", "&&", "%", "%t=1",
        "%6=1", "token%=1", "a=%zz", "token%00=1", "a=1&b;c"}) {
    CHECK(masked(redactor, query) == query);
  }
  CHECK(masked(Redactor(), "token=s3cret") == "token=s3cret");
}
