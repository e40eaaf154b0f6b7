#include "gatewayd/http/h2_memory.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "gatewayd/net/frame_pool.h"

namespace gateway::http {
namespace {

// Stands before each piece, which ends with nothing said of its size.
struct alignas(std::max_align_t) Header {
  std::size_t size;  // of both
};

// Within a library of C, which an exception must not pass through: null is what it looks for.
void* take(std::size_t size, void*) noexcept {
  if (size > SIZE_MAX - sizeof(Header)) return nullptr;
  const std::size_t whole = sizeof(Header) + size;
  try {
    return new (net::FramePool::of_thread().take(whole)) Header{whole} + 1;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void give(void* piece, void*) noexcept {
  if (piece == nullptr) return;
  Header* const header = static_cast<Header*>(piece) - 1;
  net::FramePool::of_thread().give(header, header->size);
}

void* take_zeroed(std::size_t count, std::size_t size, void*) noexcept {
  if (size != 0 && count > SIZE_MAX / size) return nullptr;
  void* const piece = take(count * size, nullptr);
  if (piece != nullptr) std::memset(piece, 0, count * size);
  return piece;
}

void* resize(void* piece, std::size_t size, void*) noexcept {
  if (piece == nullptr) return take(size, nullptr);
  const std::size_t held = (static_cast<Header*>(piece) - 1)->size - sizeof(Header);
  if (size <= held) return piece;
  void* const larger = take(size, nullptr);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, piece, held);
  give(piece, nullptr);
  return larger;
}

}  // namespace

nghttp2_mem* h2_memory() {
  [[maybe_unused]] static nghttp2_mem all{nullptr, take, give, take_zeroed, resize};
#ifdef __SANITIZE_ADDRESS__
  return nullptr;
#else
  return &all;
#endif
}

}  // namespace gateway::http
