#include "gatewayd/net/buffer_pool.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using gateway::net::Buffer;
using gateway::net::BufferPool;
using gateway::net::kBufferSize;
using gateway::net::kSmallBufferSize;

void put(Buffer& buffer, const std::string& text) {
  REQUIRE(buffer.free_size() >= text.size());
  std::copy(text.begin(), text.end(), buffer.free_data());
  buffer.commit(text.size());
}

}  // namespace

TEST_CASE("a buffer keeps its bytes when it makes room") {
  BufferPool pool;
  Buffer buffer(pool);
  CHECK(buffer.empty());
  REQUIRE(buffer.reserve());
  put(buffer, "consumed kept");
  buffer.consume(9);
  REQUIRE(buffer.reserve());
  CHECK(buffer.view() == "kept");
  REQUIRE(buffer.reserve(3 * kBufferSize));
  CHECK(buffer.view() == "kept");
  CHECK(buffer.free_size() == 3 * kBufferSize - 4);
  buffer.release();
  CHECK(buffer.empty());
}

TEST_CASE("a full buffer says that it has no room") {
  BufferPool pool;
  Buffer buffer(pool);
  buffer.reserve();
  buffer.commit(buffer.free_size());
  CHECK_FALSE(buffer.reserve());
  buffer.consume(1);
  CHECK(buffer.reserve());
}

TEST_CASE("what is appended stands in a small block while it fits, then in a large one") {
  BufferPool pool;
  Buffer buffer(pool);
  const std::string most(kSmallBufferSize, 'a');
  buffer.append(most);
  CHECK(buffer.view() == most);
  CHECK(buffer.free_size() == 0);
  buffer.consume(kSmallBufferSize - 1);
  buffer.append("b");
  CHECK(buffer.view() == "ab");
  CHECK(buffer.free_size() == kBufferSize - 2);
}

TEST_CASE("what passes a small block at once stands in a large one") {
  BufferPool pool;
  Buffer buffer(pool);
  buffer.append(std::string(kSmallBufferSize + 1, 'a'));
  CHECK(buffer.free_size() == kBufferSize - kSmallBufferSize - 1);
}

TEST_CASE("room that is asked for is that of a large block, whatever stands in a small one") {
  BufferPool pool;
  Buffer buffer(pool);
  buffer.append("head");
  REQUIRE(buffer.reserve());
  CHECK(buffer.view() == "head");
  CHECK(buffer.free_size() == kBufferSize - 4);
}

TEST_CASE("a block that was given back is used again for its size") {
  BufferPool pool;
  for (const std::size_t size : {kBufferSize, kSmallBufferSize}) {
    char* block = pool.take(size);
    pool.give(block, size);
    CHECK(pool.take(size) == block);
    pool.give(block, size);
  }
}
