#include "shared/policy/template_text.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::policy {
namespace {

using Scope = Template::Scope;

struct Request {
  Identity identity;
  TemplateValues values;

  Request() {
    identity.user = "ann";
    identity.method = "jwt";
    identity.claims = {{"tenant", "acme & co"}, {"https://example.com/team", "blue"}};
    values = {"0190-id", "203.0.113.9", "samples", "api.example", "/samples/7%2Cx",
              "GET",     "q=a b&r=1",   &identity, nullptr};
  }
};

std::string filled(std::string_view text, const TemplateValues& values,
                   Escape escape = Escape::field) {
  const auto compiled = Template::compile(text, Scope::with_identity);
  REQUIRE(compiled.ok());
  std::string out;
  REQUIRE(compiled->apply(values, escape, out));
  return out;
}

TEST_CASE("every variable is filled in") {
  const Request request;
  struct Case {
    const char* text;
    const char* expected;
  };
  for (const Case& given : {
           Case{"", ""},
           Case{"plain", "plain"},
           Case{"${request.id}", "0190-id"},
           Case{"${client.ip}", "203.0.113.9"},
           Case{"${user.sub}/${user.method}", "ann/jwt"},
           Case{"${route.name}", "samples"},
           Case{"${claim.tenant}", "acme & co"},
           Case{"${claim.https://example.com/team}", "blue"},
           Case{"[${claim.nobody_gave_it}]", "[]"},
           Case{"${request.host}${request.path}", "api.example/samples/7%2Cx"},
           Case{"${request.method} ${request.query}", "GET q=a b&r=1"},
           Case{"$${request.id} $5 {x} $", "${request.id} $5 {x} $"},
           Case{"$$${user.sub}", "$${user.sub}"},
           Case{"a$${b", "a${b"},
       }) {
    CAPTURE(given.text);
    CHECK(filled(given.text, request.values) == given.expected);
  }
}

TEST_CASE("nobody's name is the empty text") {
  Request request;
  request.values.identity = nullptr;
  CHECK(filled("<${user.sub}${user.method}${claim.tenant}>", request.values) == "<>");
}

TEST_CASE("a text that cannot be filled in is refused where the fault is") {
  struct Case {
    const char* text;
    std::size_t offset;
    const char* message;
  };
  for (const Case& given : {
           Case{"ab${requst.id}", 2, "did you mean ${request.id}?"},
           Case{"${user.sub", 0, "without its \"}\""},
           Case{"${}", 0, "known are request.id, "},
           Case{"${claim.}", 0, "is not known"},
           Case{"$${x}${y}", 5, "${y} is not known"},
           Case{"${USER.SUB}", 0, "is not known"},
       }) {
    CAPTURE(given.text);
    const auto compiled = Template::compile(given.text, Scope::with_identity);
    REQUIRE_FALSE(compiled.ok());
    CHECK(compiled.error().offset == given.offset);
    CAPTURE(compiled.error().message);
    CHECK(compiled.error().message.find(given.message) != std::string::npos);
  }
}

TEST_CASE("a public route has nobody to name") {
  for (const char* text : {"x${user.sub}", "x${user.method}", "x${claim.tenant}"}) {
    CAPTURE(text);
    const auto compiled = Template::compile(text, Scope::without_identity);
    REQUIRE_FALSE(compiled.ok());
    CHECK(compiled.error().offset == 1);
    CHECK(compiled.error().message.find("without auth") != std::string::npos);
  }
  CHECK(Template::compile("${request.id}", Scope::without_identity).ok());
}

TEST_CASE("a value with a control octet goes nowhere, one with blanks at its ends into no field") {
  Request request;
  for (const std::string& hostile :
       {std::string("a\r\nX-Admin: 1"), std::string("a\nb"), std::string("a\rb"),
        std::string("a\0b", 3), std::string("a\tb"), std::string("a\x7f"),
        std::string("\x1b[0m")}) {
    CAPTURE(hostile);
    request.identity.claims[0].second = hostile;
    for (const Escape escape :
         {Escape::field, Escape::host, Escape::path, Escape::query, Escape::component}) {
      CHECK(filled("<${claim.tenant}>", request.values, escape).find_first_not_of("<>%3CE") ==
            std::string::npos);
    }
  }
  request.identity.claims[0].second = " admin";
  CHECK(filled("<${claim.tenant}>", request.values) == "<>");
  request.identity.claims[0].second = "J\xc3\xbcrgen";
  CHECK(filled("<${claim.tenant}>", request.values) == "<J\xc3\xbcrgen>");
}

TEST_CASE("values are written as the place they go to needs them") {
  Request request;
  CHECK(filled("/${claim.tenant}", request.values, Escape::path) == "/acme%20%26%20co");
  CHECK(filled("h${request.path}", request.values, Escape::path) == "h/samples/7%2Cx");
  CHECK(filled("?n=${request.path}", request.values, Escape::query) == "?n=%2Fsamples%2F7%252Cx");
  CHECK(filled("?${request.query}", request.values, Escape::query) == "?q=a%20b&r=1");
  CHECK(filled("a b=${request.query}", request.values, Escape::component) ==
        "a%20b%3Dq%3Da%20b%26r%3D1");
  CHECK(filled("//${request.host}", request.values, Escape::host) == "//api.example");
  for (const char* host : {"", "evil/x", "a@b", "[::1", "a:1", "a\\b", "[]", "a b", "a?b"}) {
    CAPTURE(host);
    request.values.host = host;
    CHECK(filled("${request.host}", request.values, Escape::host).empty());
  }
  request.values.host = "[2001:db8::1]";
  CHECK(filled("${request.host}", request.values, Escape::host) == "[2001:db8::1]");
  for (const char* segment : {".", ".."}) {
    request.identity.claims[0].second = segment;
    CHECK(filled("/${claim.tenant}/x", request.values, Escape::path) == "//x");
  }
  request.values.path = "*";
  CHECK(filled("${request.path}", request.values, Escape::path).empty());
}

TEST_CASE("the longest text and output, the most variables, and one more") {
  CHECK(Template::compile(std::string(kMaxTemplateBytes, 'x'), Scope::with_identity).ok());
  const auto longer =
      Template::compile(std::string(kMaxTemplateBytes + 1, 'x'), Scope::with_identity);
  REQUIRE_FALSE(longer.ok());
  CHECK(longer.error().offset == kMaxTemplateBytes);

  std::string most;
  for (std::size_t i = 0; i < kMaxTemplateVariables; ++i) most += "${client.ip}";
  CHECK(Template::compile(most, Scope::with_identity).ok());
  const auto more = Template::compile(most + "${client.ip}", Scope::with_identity);
  REQUIRE_FALSE(more.ok());
  CHECK(more.error().offset == most.size());

  Request request;
  request.identity.user.assign(kMaxTemplateOutput - 1, 'u');
  const auto compiled = Template::compile("x${user.sub}", Scope::with_identity);
  std::string out = "before ";
  REQUIRE(compiled->apply(request.values, Escape::field, out));
  CHECK(out.size() == 7 + kMaxTemplateOutput);
  request.identity.user += 'u';
  out = "before ";
  CHECK_FALSE(compiled->apply(request.values, Escape::field, out));
  CHECK(out == "before ");
}

TEST_CASE("text without variables is known ahead") {
  CHECK(Template::compile("a$${b}", Scope::with_identity)->fixed() == "a${b}");
  CHECK(Template::compile("", Scope::with_identity)->fixed() == "");
  CHECK_FALSE(Template::compile("a${user.sub}", Scope::with_identity)->fixed().has_value());
  CHECK(
      Template::compile("a${user.sub}", Scope::with_identity)->uses(Template::Variable::user_sub));
}

}  // namespace
}  // namespace gateway::policy
