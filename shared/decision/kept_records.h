#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace gateway::decision {

// What a kept trace is made of: a byte with the version of this form, then records of a tag, a
// length of 16 bits and so many bytes. Numbers have their lowest byte first; a text is its length
// in 16 bits and its bytes. A reader passes over tags that it does not know.
inline constexpr std::uint8_t kKeptVersion = 1;

// The numbers are stored: never reuse one.
enum class KeptTag : std::uint8_t {
  request = 1,
  route = 2,
  identity = 3,
  access = 4,
  cors = 5,
  step = 6,
  limit = 7,
  attempt = 8,
  outcome = 9,
  left_out = 10,
};

// Writes records into memory of the caller's and never past its end: a record that does not fit is
// left out whole, and cut() is true from then on. Allocates nothing. One thread.
class RecordWriter {
 public:
  explicit RecordWriter(std::span<char> out) : out_(out) {
    number(kKeptVersion);
    begun_ = at_;
  }

  void begin(KeptTag tag) {
    begun_ = at_;
    fits_ = true;
    number(static_cast<std::uint8_t>(tag));
    number(std::uint16_t{0});
  }
  void end() {
    if (!fits_) {
      at_ = begun_;
      cut_ = true;
      return;
    }
    const auto size = static_cast<std::uint16_t>(at_ - begun_ - kHead);
    put(begun_ + 1, size);
  }

  template <class Int>
  void number(Int value) {
    if (!has_room(sizeof(Int))) return;
    put(at_, value);
    at_ += sizeof(Int);
  }
  // At most `most` bytes of it, which must be below 2^16.
  void text(std::string_view text, std::size_t most) {
    text = text.substr(0, most);
    if (!has_room(sizeof(std::uint16_t) + text.size())) return;
    number(static_cast<std::uint16_t>(text.size()));
    if (!text.empty()) std::memcpy(out_.data() + at_, text.data(), text.size());
    at_ += text.size();
  }

  // The same memory with more room behind it.
  void widen(std::span<char> out) { out_ = out; }

  bool cut() const { return cut_; }
  std::string_view bytes() const { return {out_.data(), at_}; }

 private:
  static constexpr std::size_t kHead = 3;

  bool has_room(std::size_t size) {
    fits_ = fits_ && size <= out_.size() - at_;
    return fits_;
  }
  template <class Int>
  void put(std::size_t at, Int value) {
    for (std::size_t i = 0; i < sizeof(Int); ++i) {
      out_[at + i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    }
  }

  std::span<char> out_;
  std::size_t at_ = 0;
  std::size_t begun_ = 0;
  bool fits_ = true;
  bool cut_ = false;
};

// Reads numbers and texts one after another out of untrusted bytes. What is not there any more
// reads as 0 or as nothing. Views of the bytes.
class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : bytes_(bytes) {}

  bool done() const { return bytes_.empty(); }

  template <class Int>
  Int number() {
    if (bytes_.size() < sizeof(Int)) {
      bytes_ = {};
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Int); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes_[i])} << (8 * i);
    }
    bytes_.remove_prefix(sizeof(Int));
    return static_cast<Int>(value);
  }
  std::string_view text() { return take(number<std::uint16_t>()); }

  // The next record's content; `tag` is as it stands.
  RecordReader record(std::uint8_t& tag) {
    tag = number<std::uint8_t>();
    return RecordReader(text());
  }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view bytes_;
};

}  // namespace gateway::decision
