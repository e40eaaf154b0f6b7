#include "shared/base/base64.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace {

using namespace gateway;

std::optional<std::string> decoded(Base64 form, std::string_view text) {
  std::string bytes;
  if (!decode_base64(form, text, bytes)) return std::nullopt;
  return bytes;
}

}  // namespace

TEST_CASE("the examples of RFC 4648 section 10 are read and written") {
  const std::array<std::array<const char*, 3>, 7> examples = {{{"", "", ""},
                                                               {"f", "Zg==", "Zg"},
                                                               {"fo", "Zm8=", "Zm8"},
                                                               {"foo", "Zm9v", "Zm9v"},
                                                               {"foob", "Zm9vYg==", "Zm9vYg"},
                                                               {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                                                               {"foobar", "Zm9vYmFy", "Zm9vYmFy"}}};
  for (const auto& [bytes, padded, bare] : examples) {
    CAPTURE(bytes);
    CHECK(encode_base64(Base64::standard, bytes) == padded);
    CHECK(encode_base64(Base64::bare, bytes) == bare);
    CHECK(encode_base64(Base64::url, bytes) == bare);
    CHECK(decoded(Base64::standard, padded) == bytes);
    CHECK(decoded(Base64::bare, bare) == bytes);
    CHECK(decoded(Base64::url, bare) == bytes);
  }
}

TEST_CASE("the two alphabets are kept apart") {
  const std::string bytes = "\xFB\xEF\xFF";
  CHECK(encode_base64(Base64::url, bytes) == "--__");
  CHECK(encode_base64(Base64::standard, bytes) == "++//");
  CHECK(decoded(Base64::url, "--__") == bytes);
  CHECK(decoded(Base64::bare, "++//") == bytes);
  CHECK_FALSE(decoded(Base64::url, "++//"));
  CHECK_FALSE(decoded(Base64::standard, "--__"));
}

TEST_CASE("every byte comes back") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    for (const Base64 form : {Base64::url, Base64::standard, Base64::bare}) {
      const auto part = bytes.substr(0, size);
      CHECK(decoded(form, encode_base64(form, part)) == part);
    }
  }
}

TEST_CASE("a second spelling of the same bytes is refused") {
  for (const char* text : {"Zh", "Zm9", "Zm8=", "Zg==", "Z", "Zm9vY", "Zm9v ", " Zm9v", "Zm\n9v",
                           "Zm9v\n", "Zm.v", "Zg=", "=", "\xC3\xA4Zg"}) {
    CAPTURE(text);
    CHECK_FALSE(decoded(Base64::url, text));
  }
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v=", "Zm9v====", "====",
                           "Z===", "Zg==Zg==", "=Zg="}) {
    CAPTURE(text);
    CHECK_FALSE(decoded(Base64::standard, text));
  }
  CHECK_FALSE(decoded(Base64::url, std::string_view("Zm\0v", 4)));
}

TEST_CASE("bytes that do not fit are refused") {
  std::array<std::uint8_t, 3> out{};
  CHECK(decode_base64(Base64::url, "Zm9v", out) == 3);
  CHECK(out[2] == 'o');
  CHECK_FALSE(decode_base64(Base64::url, "Zm9vYg", out));
  CHECK(decode_base64(Base64::url, "", {}) == 0);
}
