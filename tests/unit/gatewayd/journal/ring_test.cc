#include "gatewayd/journal/ring.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <thread>

#include "gatewayd/journal/frame.h"

using namespace gateway;
using namespace gateway::journal;

namespace {

RequestRecord record(std::string_view path, std::uint64_t number = 0) {
  RequestRecord out;
  out.path = path;
  out.bytes_in = number;
  return out;
}

}  // namespace

TEST_CASE("a record comes out of its frame as it went in, texts cut at their bounds") {
  Ring ring(Ring::kMinBytes);
  const std::string longer(5000, 'x');
  RequestRecord in;
  in.id.bytes[5] = 9;
  in.time = 1'767'225'600'123'456;
  in.method = longer;
  in.host = longer;
  in.path = longer;
  in.query = longer;
  in.client = longer;
  in.user = std::string_view(longer).substr(0, kMaxUser);
  in.route = 1;
  in.service = 2;
  in.instance = 3;
  in.status = 599;
  in.decider = Decider::internal;
  in.retries = 255;
  in.revision = 0xffffffff;
  in.bytes_in = ~0ull;
  in.bytes_out = 7;
  in.total_us = 0xffffffff;
  in.upstream_us = 8;
  REQUIRE(write_frame(ring, in, ring.capacity()));
  std::uint64_t position = ring.begin();
  const store::RequestRow out = read_frame(ring.next(position));
  CHECK(ring.next(position) == nullptr);
  CHECK(out.id == in.id);
  CHECK(out.time == in.time);
  CHECK(out.method.size() == kMaxMethod);
  CHECK(out.host.size() == kMaxHost);
  CHECK(out.path.size() == kMaxPath);
  CHECK(out.query.size() == kMaxQuery);
  CHECK(out.client.size() == kMaxClient);
  CHECK(out.user == in.user);
  CHECK(out.route == 1);
  CHECK(out.service == 2);
  CHECK(out.instance == 3);
  CHECK(out.status == 599);
  CHECK(out.decider == Decider::internal);
  CHECK(out.retries == 255);
  CHECK(out.revision == 0xffffffff);
  CHECK(out.bytes_in == ~0ull);
  CHECK(out.bytes_out == 7);
  CHECK(out.total_us == 0xffffffff);
  CHECK(out.upstream_us == 8);
}

TEST_CASE("a ring takes frames up to its limit, none past it, and again after a release") {
  Ring ring(1);
  CHECK(ring.capacity() == Ring::kMinBytes);
  const std::size_t limit = ring.capacity() / 4 * 3;
  int taken = 0;
  while (write_frame(ring, record("/a"), limit)) ++taken;
  const std::size_t frame = ring.used() / static_cast<std::size_t>(taken);
  CHECK(ring.used() <= limit);
  CHECK(ring.used() + frame > limit);
  CHECK_FALSE(write_frame(ring, record("/a"), limit));
  CHECK(write_frame(ring, record("/a"), ring.capacity()));
  while (write_frame(ring, record("/a"), ring.capacity())) ++taken;
  CHECK(ring.used() + frame > ring.capacity());
  std::uint64_t position = ring.begin();
  REQUIRE(ring.next(position) != nullptr);
  ring.release(position);
  CHECK(write_frame(ring, record("/a"), ring.capacity()));
  CHECK_FALSE(write_frame(ring, record("/a"), ring.capacity()));
}

TEST_CASE("the half is crossed once, and once more after it was emptied") {
  Ring ring(Ring::kMinBytes);
  for (int round = 0; round < 3; ++round) {
    int crossed = 0;
    while (write_frame(ring, record("/a"), ring.capacity())) {
      if (ring.crossed_half()) {
        ++crossed;
        CHECK(ring.used() > ring.capacity() / 2);
      }
    }
    CHECK(crossed == 1);
    std::uint64_t position = ring.begin();
    while (ring.next(position) != nullptr) {
    }
    ring.release(position);
    CHECK(ring.used() == 0);
  }
}

TEST_CASE("one thread writes, one reads: all frames, in order, whole") {
  Ring ring(Ring::kMinBytes);
  constexpr std::uint64_t kFrames = 50'000;
  std::thread producer([&] {
    std::string path;
    for (std::uint64_t i = 0; i < kFrames;) {
      path.assign(i % 2100, static_cast<char>('a' + i % 26));
      if (write_frame(ring, record(path, i), ring.capacity())) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  std::uint64_t position = ring.begin();
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < kFrames;) {
    const std::byte* frame = ring.next(position);
    if (frame == nullptr) {
      std::this_thread::yield();
      continue;
    }
    const store::RequestRow row = read_frame(frame);
    const bool same = row.bytes_in == i &&
                      row.path.size() == std::min<std::size_t>(i % 2100, kMaxPath) &&
                      row.path.find_first_not_of(static_cast<char>('a' + i % 26)) == row.path.npos;
    wrong += same ? 0 : 1;
    ring.release(position);
    ++i;
  }
  producer.join();
  CHECK(wrong == 0);
  CHECK(ring.used() == 0);
}
