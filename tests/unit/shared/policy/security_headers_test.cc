#include "shared/policy/security_headers.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::policy {
namespace {

config::SecurityHeaders table(std::vector<config::NamedText> fields, bool strict = false) {
  config::SecurityHeaders headers;
  headers.strict = strict;
  headers.fields = std::move(fields);
  return headers;
}

TEST_CASE("the strict preset, transport security for TLS alone") {
  const SecurityHeaders headers(table({}, true));
  CHECK(headers.lines(true) ==
        "Content-Security-Policy: default-src 'self'; script-src 'self' 'unsafe-inline'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "X-Frame-Options: DENY\r\n"
        "X-XSS-Protection: 1; mode=block\r\n"
        "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
        "Referrer-Policy: strict-origin-when-cross-origin\r\n"
        "Permissions-Policy: geolocation=(), microphone=(), camera=()\r\n");
  CHECK(headers.lines(false) ==
        "Content-Security-Policy: default-src 'self'; script-src 'self' 'unsafe-inline'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "X-Frame-Options: DENY\r\n"
        "X-XSS-Protection: 1; mode=block\r\n"
        "Referrer-Policy: strict-origin-when-cross-origin\r\n"
        "Permissions-Policy: geolocation=(), microphone=(), camera=()\r\n");
  CHECK(headers.names().names().size() == 7);
  CHECK(headers.names().contains("strict-transport-security"));
  CHECK_FALSE(headers.names().contains("server"));
}

TEST_CASE("off is nothing") {
  const SecurityHeaders headers(table({}));
  CHECK(headers.lines(true).empty());
  CHECK(headers.lines(false).empty());
  CHECK(headers.names().empty());
}

TEST_CASE("a table is what stands in it; an empty value takes the upstream's away") {
  const SecurityHeaders headers(table({{"X-Frame-Options", "SAMEORIGIN", {}},
                                       {"strict-transport-security", "max-age=1", {}},
                                       {"Server", "", {}}}));
  CHECK(headers.lines(false) == "X-Frame-Options: SAMEORIGIN\r\n");
  CHECK(headers.lines(true) ==
        "X-Frame-Options: SAMEORIGIN\r\nstrict-transport-security: max-age=1\r\n");
  CHECK(headers.names().names().size() == 3);
  CHECK(headers.names().contains("server"));
}

TEST_CASE("a table on top of the preset changes it field by field") {
  const SecurityHeaders headers(table(
      {{"x-frame-options", "SAMEORIGIN", {}}, {"X-XSS-Protection", "", {}}, {"X-Own", "1", {}}},
      true));
  const std::string lines(headers.lines(false));
  CHECK(lines.find("x-frame-options: SAMEORIGIN\r\n") != std::string::npos);
  CHECK(lines.find("DENY") == std::string::npos);
  CHECK(lines.find("XSS") == std::string::npos);
  CHECK(lines.ends_with("X-Own: 1\r\n"));
  CHECK(headers.names().names().size() == 8);
}

TEST_CASE("what would break the message is refused and left out") {
  const std::vector<config::NamedText> bad = {{"", "x", {}},
                                              {"X Y", "x", {}},
                                              {"X:", "x", {}},
                                              {"X", "a\r\nB: c", {}},
                                              {"X", std::string("a\0", 2), {}},
                                              {"Content-Length", "1", {}},
                                              {"transfer-encoding", "chunked", {}},
                                              {"Connection", "", {}}};
  for (const auto& field : bad) {
    CAPTURE(field.name);
    CHECK_FALSE(security_headers_fault(field).empty());
  }
  const SecurityHeaders headers(table(bad));
  CHECK(headers.lines(true).empty());
  CHECK(headers.names().empty());
  for (const auto& field : strict_security_headers()) CHECK(security_headers_fault(field).empty());
}

}  // namespace
}  // namespace gateway::policy
