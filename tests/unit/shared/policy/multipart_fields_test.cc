#include "shared/policy/multipart_fields.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::policy {
namespace {

std::string fields(std::string_view body, std::string_view boundary) {
  std::string found;
  MultipartFields reader(body, boundary);
  while (reader.next()) found.append(reader.name()).append("=").append(reader.value()).append("|");
  return found;
}

constexpr std::string_view kBody =
    "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
    "--XX\r\ncontent-disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n"
    "Content-Type: text/plain\r\n\r\nfile\r\n"
    "--XX\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; name=b\r\n\r\n"
    "two\r\nlines\r\n--XX--\r\nepilogue";

TEST_CASE("text fields are given, files are passed over") {
  CHECK(fields(kBody, "XX") == "a=one|b=two\r\nlines|");
}

TEST_CASE("a body cut off anywhere gives what is there") {
  CHECK(fields(kBody.substr(0, kBody.find("ines")), "XX") == "a=one|b=two\r\nl|");
  for (std::size_t size = 0; size < kBody.size(); ++size) {
    CHECK(fields(kBody.substr(0, size), "XX").size() <= kBody.size());
  }
}

TEST_CASE("what is no multipart has no fields") {
  CHECK(fields("", "XX").empty());
  CHECK(fields("a=b", "XX").empty());
  CHECK(fields(kBody, "").empty());
  CHECK(fields("--XX\r\nno head\r\n--XX\r\n\r\nno disposition\r\n--XX--", "XX").empty());
  CHECK(fields("--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\nx\r\n--XX",
               "XX")
            .empty());
}

TEST_CASE("the boundary is a parameter of the content type") {
  CHECK(multipart_boundary("multipart/form-data; boundary=abc") == "abc");
  CHECK(multipart_boundary("multipart/form-data;charset=utf-8; Boundary=\"a b\"; x=y") == "a b");
  CHECK(multipart_boundary("multipart/form-data").empty());
  CHECK(multipart_boundary("multipart/form-data; boundary").empty());
  const std::string longest(70, 'x');
  CHECK(multipart_boundary("a/b; boundary=" + longest) == longest);
  CHECK(multipart_boundary("a/b; boundary=" + longest + "x").empty());
}

}  // namespace
}  // namespace gateway::policy
