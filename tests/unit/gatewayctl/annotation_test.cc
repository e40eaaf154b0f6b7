#include "gatewayctl/render/annotation.h"

#include <doctest/doctest.h>

using namespace gateway::config;
using namespace gateway::ctl;

TEST_CASE("an annotation holds what delimits in another form") {
  CHECK(annotation("error", "a,b:c.toml", {0, 3, 7, 1}, "x:y", "100 %\nof it, and: more") ==
        "::error file=a%2Cb%3Ac.toml,line=3,col=7,title=x%3Ay::100 %25%0Aof it, and: more\n");
  CHECK(annotation("warning", "a.toml", {}, "t", "m") == "::warning file=a.toml,title=t::m\n");
}

TEST_CASE("findings are annotations of their files, with their hints") {
  Diagnostics found;
  found.files = {{"gatewayd.toml", ""}, {"conf.d/a.toml", ""}};
  found.items = {{Severity::error, "unknown-service", "no such service", {0, 4, 2, 1}, "did you?"},
                 {Severity::warning, "unreachable-route", "never matches", {1, 9, 1, 1}, ""}};
  CHECK(annotations(found) ==
        "::error file=gatewayd.toml,line=4,col=2,title=unknown-service::no such service; did you?\n"
        "::warning file=conf.d/a.toml,line=9,col=1,title=unreachable-route::never matches\n");
  CHECK(annotations({}).empty());
}
