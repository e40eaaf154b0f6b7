#include "shared/routing/path_pattern.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::routing {
namespace {

using Kind = PathPattern::Segment::Kind;

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  while (times-- > 0) text += part;
  return text;
}

std::string captures(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "/{n" + std::to_string(i) + "}";
  return text;
}

struct Fault {
  std::string pattern;
  std::size_t offset;
  std::string message;  // a part of it
};

TEST_CASE("a pattern is literals, captures and its ending") {
  const auto pattern = parse_path_pattern("/samples/{id}/files/*");
  REQUIRE(pattern.ok());
  REQUIRE(pattern->segments.size() == 3);
  CHECK(pattern->segments[0].kind == Kind::literal);
  CHECK(pattern->segments[0].text == "samples");
  CHECK(pattern->segments[1].kind == Kind::capture);
  CHECK(pattern->segments[1].text == "id");
  CHECK(pattern->segments[2].text == "files");
  CHECK(pattern->rest);
  CHECK_FALSE(pattern->trailing_slash);
}

TEST_CASE("the root, the rest of everything, and a slash at the end") {
  CHECK(parse_path_pattern("/")->segments.empty());
  CHECK(parse_path_pattern("/")->trailing_slash);
  CHECK(parse_path_pattern("/*")->segments.empty());
  CHECK(parse_path_pattern("/*")->rest);
  CHECK(parse_path_pattern("/a/")->trailing_slash);
  CHECK(parse_path_pattern("/a/")->segments.size() == 1);
  CHECK_FALSE(parse_path_pattern("/a")->trailing_slash);
}

TEST_CASE("what no path could equal is refused where the fault is") {
  const Fault faults[] = {
      {"", 0, "leading slash"},
      {"samples", 0, "leading slash"},
      {"/a//b", 3, "between the slashes"},
      {"//", 1, "between the slashes"},
      {"/a*/b", 2, "alone at the end"},
      {"/*/b", 1, "alone at the end"},
      {"/a/**", 3, "alone at the end"},
      {"/a/*/", 3, "alone at the end"},
      {"/a/{id}.json", 3, "whole segment"},
      {"/a/x{id}", 4, "whole segment"},
      {"/a/{", 3, "whole segment"},
      {"/a/}", 3, "whole segment"},
      {"/a/{x}{y}", 3, "whole segment"},
      {"/a/{}", 4, "a letter"},
      {"/a/{1a}", 4, "a letter"},
      {"/a/{a-b}", 4, "a letter"},
      {"/{id}/{id}", 7, "captured twice"},
      {"/a/../b", 3, "dot segments"},
      {"/a/.", 3, "dot segments"},
      {"/a/%2e%2E", 3, "dot segments"},
      {"/a/%41b", 3, "write \"Ab\""},
      {"/a/%2c", 3, "write \"%2C\""},
      {"/a/%2F", 3, "encoded NUL, slash or backslash"},
      {"/a/b c", 3, "percent-encoded"},
      {"/a/?q", 3, "percent-encoded"},
      {"/a/\xc3\xa9", 3, "percent-encoded"},
  };
  for (const Fault& fault : faults) {
    CAPTURE(fault.pattern);
    const auto pattern = parse_path_pattern(fault.pattern);
    REQUIRE_FALSE(pattern.ok());
    CHECK(pattern.error().offset == fault.offset);
    CAPTURE(pattern.error().message);
    CHECK(pattern.error().message.find(fault.message) != std::string::npos);
  }
}

TEST_CASE("bounds: at each of them, and one past it") {
  CHECK(parse_path_pattern("/" + std::string(kMaxPatternBytes - 1, 'a')).ok());
  const auto long_one = parse_path_pattern("/" + std::string(kMaxPatternBytes, 'a'));
  REQUIRE_FALSE(long_one.ok());
  CHECK(long_one.error().offset == kMaxPatternBytes);

  CHECK(parse_path_pattern(repeated("/a", kMaxPatternSegments)).ok());
  CHECK(parse_path_pattern(repeated("/a", kMaxPatternSegments) + "/*").ok());
  const auto deep = parse_path_pattern(repeated("/a", kMaxPatternSegments + 1));
  REQUIRE_FALSE(deep.ok());
  CHECK(deep.error().offset == 2 * kMaxPatternSegments + 1);

  CHECK(parse_path_pattern(captures(kMaxCaptures)).ok());
  const auto many = parse_path_pattern(captures(kMaxCaptures + 1));
  REQUIRE_FALSE(many.ok());
  CHECK(many.error().offset == captures(kMaxCaptures).size() + 1);
}

TEST_CASE("capture names") {
  for (const char* name : {"a", "_", "id", "sample_id2", "Id"}) CHECK(is_capture_name(name));
  for (const char* name : {"", "2a", "a-b", "a b", "{a}", "\xc3\xa9"}) {
    CHECK_FALSE(is_capture_name(name));
  }
}

}  // namespace
}  // namespace gateway::routing
