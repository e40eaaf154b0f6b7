#include "gatewayd/net/buffer_pool.h"

#include <doctest/doctest.h>

#include <string>

namespace {

using gateway::net::Buffer;
using gateway::net::BufferPool;
using gateway::net::kBufferSize;

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

TEST_CASE("a block that was given back is used again") {
  BufferPool pool;
  char* block = pool.take();
  pool.give(block);
  CHECK(pool.take() == block);
  pool.give(block);
}
