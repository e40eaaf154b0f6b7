#include "gatewayd/http/parts.h"

#include <cassert>
#include <charconv>

namespace gateway::http {

void Parts::add(std::string_view piece) {
  if (piece.empty()) return;
  assert(count_ < kMost);
  pieces_[count_++] = {const_cast<char*>(piece.data()), piece.size()};
}

void Parts::add_chunk(std::string_view data) {
  assert(chunks_ < kMostChunks);
  auto& line = size_lines_[chunks_++];
  char* end = std::to_chars(line.data(), line.data() + 16, data.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  add({line.data(), static_cast<std::size_t>(end - line.data())});
  add(data);
  add("\r\n");
}

void Parts::add_last_chunk(std::string_view trailers) {
  if (trailers.empty()) {
    add("0\r\n\r\n");
    return;
  }
  add("0\r\n");
  add(trailers);
  add("\r\n");
}

void Parts::join(std::string& first, std::size_t most) {
  const std::size_t more = bytes() - first.size();
  if (more == 0 || more > most) return;
  for (std::size_t i = 1; i < count_; ++i) {
    first.append(static_cast<const char*>(pieces_[i].iov_base), pieces_[i].iov_len);
  }
  pieces_[0] = {first.data(), first.size()};
  count_ = 1;
  chunks_ = 0;
}

std::size_t Parts::bytes() const {
  std::size_t sum = 0;
  for (std::size_t i = first_; i < count_; ++i) sum += pieces_[i].iov_len;
  return sum;
}

bool Parts::consume(std::size_t bytes) {
  while (first_ < count_ && bytes >= pieces_[first_].iov_len) {
    bytes -= pieces_[first_].iov_len;
    ++first_;
  }
  if (first_ == count_) {
    first_ = count_ = chunks_ = 0;
    return true;
  }
  pieces_[first_].iov_base = static_cast<char*>(pieces_[first_].iov_base) + bytes;
  pieces_[first_].iov_len -= bytes;
  return false;
}

}  // namespace gateway::http
