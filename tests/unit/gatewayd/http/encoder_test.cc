#include "gatewayd/http/encoder.h"

#include <doctest/doctest.h>

#include "decoded.h"

using namespace gateway;
using namespace gateway::http;
using policy::Coding;

namespace {

constexpr Coding kAll[] = {Coding::gzip, Coding::br, Coding::zstd};

std::string text_of(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += "{\"id\": " + std::to_string(i * 7919) + "},\n";
  text.resize(size);
  return text;
}

std::string coded(EncoderPool& pool, Coding coding, std::string_view text,
                  std::optional<std::uint64_t> length) {
  auto encoder = pool.take(coding, length, 1);
  REQUIRE(encoder);
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    REQUIRE(encoder->write(rest.substr(0, 1000), out));
    rest.remove_prefix(std::min<std::size_t>(1000, rest.size()));
  }
  REQUIRE(encoder->finish(out));
  return out;
}

}  // namespace

TEST_CASE("what is compressed is what was given, whatever its length") {
  EncoderPool pool;
  for (const Coding coding : kAll) {
    CAPTURE(policy::name_of(coding));
    for (const std::size_t size : {0, 1, 2, 3, 60, 127, 128, 129, 8192, 8193, 300'000}) {
      CAPTURE(size);
      const std::string text = text_of(size);
      const std::string known = coded(pool, coding, text, size);
      CHECK(decoded(coding, known) == text);
      CHECK(decoded(coding, coded(pool, coding, text, std::nullopt)) == text);
      if (size >= 8192) CHECK(known.size() < size / 3);
    }
  }
}

TEST_CASE("a short body is compressed as well as zlib does it, within a tenth") {
  EncoderPool pool;
  for (const std::size_t size : {20, 60, 100, 128}) {
    CAPTURE(size);
    const std::string text = text_of(size);
    const std::string short_one = coded(pool, Coding::gzip, text, size);
    // Of a stated length that needs zlib's.
    const std::string zlib_one = coded(pool, Coding::gzip, text, 1000);
    CHECK(short_one.size() * 10 <= zlib_one.size() * 11);
  }
}

TEST_CASE("a short body may hold any octets") {
  EncoderPool pool;
  std::string octets;
  for (int i = 0; i < 128; ++i) octets.push_back(static_cast<char>(i * 37));
  CHECK(decoded(Coding::gzip, coded(pool, Coding::gzip, octets, octets.size())) == octets);
  const std::string alike(128, '\xff');
  const std::string made = coded(pool, Coding::gzip, alike, alike.size());
  CHECK(decoded(Coding::gzip, made) == alike);
  CHECK(made.size() < 30);
}

TEST_CASE("after a flush of a short body a reader has all that was written") {
  EncoderPool pool;
  auto encoder = pool.take(Coding::gzip, 90, 1);
  std::string out;
  std::string given;
  for (int i = 0; i < 5; ++i) {
    const std::string piece = "event " + std::to_string(i) + " of five\n";
    given += piece;
    REQUIRE(encoder->write(piece, out));
    REQUIRE(encoder->flush(out));
    CHECK(decoded_so_far(Coding::gzip, out) == given);
  }
  REQUIRE(encoder->finish(out));
  CHECK(decoded(Coding::gzip, out) == given);
}

TEST_CASE("a body that is longer than it said is compressed all the same") {
  EncoderPool pool;
  const std::string text = text_of(1000);
  CHECK(decoded(Coding::gzip, coded(pool, Coding::gzip, text, 100)) == text);
}

TEST_CASE("after a flush a reader has all that was written") {
  EncoderPool pool;
  for (const Coding coding : kAll) {
    CAPTURE(policy::name_of(coding));
    auto encoder = pool.take(coding, std::nullopt, 1);
    std::string out;
    std::string given;
    for (int i = 0; i < 5; ++i) {
      const std::string piece = "event " + std::to_string(i) + "\n";
      given += piece;
      REQUIRE(encoder->write(piece, out));
      REQUIRE(encoder->flush(out));
      CHECK(decoded_so_far(coding, out) == given);
    }
  }
}

TEST_CASE("a body that ends before its time leaves an encoder that is as new") {
  EncoderPool pool;
  for (const Coding coding : kAll) {
    CAPTURE(policy::name_of(coding));
    {
      auto encoder = pool.take(coding, 1000, 1);
      std::string out;
      REQUIRE(encoder->write("half of", out));
    }
    CHECK(decoded(coding, coded(pool, coding, "whole", 5)) == "whole");
  }
}

TEST_CASE("as many at once as may be, and no more") {
  EncoderPool pool;
  auto one = pool.take(Coding::gzip, 10, 2);
  auto two = pool.take(Coding::br, 10, 2);
  CHECK(one);
  CHECK(two);
  CHECK_FALSE(pool.take(Coding::zstd, 10, 2));
  CHECK(pool.active() == 2);
  one = EncoderPool::Lease();
  CHECK(pool.active() == 1);
  CHECK(pool.take(Coding::zstd, 10, 2));
}
