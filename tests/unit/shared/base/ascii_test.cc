#include "shared/base/ascii.h"

#include <doctest/doctest.h>

namespace gateway {
namespace {

TEST_CASE("only the letters of ASCII have a lower case") {
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    const bool upper = octet >= 'A' && octet <= 'Z';
    CHECK(ascii_lower(c) == (upper ? static_cast<char>(octet + 32) : c));
  }
}

TEST_CASE("names compare without case") {
  CHECK(ascii_iequals("", ""));
  CHECK(ascii_iequals("Content-Length", "content-LENGTH"));
  CHECK_FALSE(ascii_iequals("Host", "Hosts"));
  CHECK_FALSE(ascii_iequals("Host", "Hose"));
  CHECK_FALSE(ascii_iequals("[", "{"));  // 32 apart, as letters are
  CHECK_FALSE(ascii_iequals("\xc4", "\xe4"));
}

TEST_CASE("spaces and tabs are trimmed at both ends, nothing else") {
  CHECK(trim_ows("") == "");
  CHECK(trim_ows(" \t ") == "");
  CHECK(trim_ows("\t a b \t") == "a b");
  CHECK(trim_ows("\ra\n") == "\ra\n");
}

}  // namespace
}  // namespace gateway
