#include <zlib.h>

#include <array>
#include <cstring>

#include "gatewayd/http/encoders.h"

namespace gateway::http {
namespace {

struct Code {
  std::uint16_t bits;  // as they are sent, the first one lowest
  std::uint8_t size;
};

// A length or a distance: its symbol, and what is sent behind it.
struct Range {
  std::uint16_t from;
  std::uint8_t extra;  // bits
};

// RFC 1951 §3.2.5, as far as a short body goes: symbols from 257 on, and from 0 on.
constexpr std::array<Range, 28> kLengths = {
    {{3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0}, {11, 1}, {13, 1},
     {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3}, {51, 3}, {59, 3},
     {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}}};
constexpr std::array<Range, 16> kDistances = {{{1, 0},
                                               {2, 0},
                                               {3, 0},
                                               {4, 0},
                                               {5, 1},
                                               {7, 1},
                                               {9, 2},
                                               {13, 2},
                                               {17, 3},
                                               {25, 3},
                                               {33, 4},
                                               {49, 4},
                                               {65, 5},
                                               {97, 5},
                                               {129, 6},
                                               {193, 6}}};
constexpr std::size_t kShortestMatch = 3;
constexpr unsigned kEndOfBlock = 256;
constexpr unsigned kFirstLength = 257;
static_assert(kShortBody < 258, "longer lengths and distances have no symbol here");

constexpr std::uint16_t reversed(unsigned code, unsigned size) {
  unsigned bits = 0;
  for (unsigned i = 0; i < size; ++i) bits |= (code >> i & 1) << (size - 1 - i);
  return static_cast<std::uint16_t>(bits);
}

// RFC 1951 §3.2.6.
constexpr Code fixed_code(unsigned symbol) {
  if (symbol < 144) return {reversed(0x30 + symbol, 8), 8};
  if (symbol < 256) return {reversed(0x190 + symbol - 144, 9), 9};
  if (symbol < 280) return {reversed(symbol - 256, 7), 7};
  return {reversed(0xc0 + symbol - 280, 8), 8};
}

constexpr auto kCodes = [] {
  std::array<Code, kFirstLength + kLengths.size()> codes{};
  for (unsigned i = 0; i < codes.size(); ++i) codes[i] = fixed_code(i);
  return codes;
}();

// Which of the ranges a value is in.
template <std::size_t Size>
constexpr auto index_of(const std::array<Range, Size>& ranges) {
  std::array<std::uint8_t, 256> index{};
  for (std::size_t i = 0; i < Size; ++i) {
    for (std::size_t value = ranges[i].from; value < 256; ++value) {
      index[value] = static_cast<std::uint8_t>(i);
    }
  }
  return index;
}
constexpr auto kLengthIndex = index_of(kLengths);
constexpr auto kDistanceIndex = index_of(kDistances);

// One block with the codes that everybody knows. To make codes for the text, as zlib does before it
// finds that they do not pay, takes ten times as long as all the rest.
class ShortGzipEncoder final : public Encoder {
 public:
  bool write(std::string_view data, std::string& out) override {
    while (!data.empty()) {
      if (held_ == kShortBody) put_block(/*last=*/false, out);
      const std::size_t some = std::min(kShortBody - held_, data.size());
      std::memcpy(text_.data() + held_, data.data(), some);
      held_ += some;
      data.remove_prefix(some);
    }
    return true;
  }

  // What came is followed by an empty block without codes, which begins at a whole byte.
  bool flush(std::string& out) override {
    put_block(/*last=*/false, out);
    put(0, 3, out);
    align(out);
    out.append("\x00\x00\xff\xff", 4);
    return true;
  }

  bool finish(std::string& out) override {
    put_block(/*last=*/true, out);
    align(out);
    for (const std::uint32_t value : {check_, size_}) {
      for (unsigned shift = 0; shift < 32; shift += 8) {
        out.push_back(static_cast<char>(value >> shift & 0xff));
      }
    }
    return true;
  }

  bool restart(std::optional<std::uint64_t>) override {
    held_ = waiting_ = 0;
    bits_ = 0;
    check_ = size_ = 0;
    begun_ = false;
    return true;
  }

 private:
  void put(std::uint64_t bits, unsigned size, std::string& out) {
    bits_ |= bits << waiting_;
    waiting_ += size;
    if (waiting_ < 32) return;
    char word[4];
    for (unsigned i = 0; i < 4; ++i) word[i] = static_cast<char>(bits_ >> 8 * i & 0xff);
    out.append(word, 4);
    bits_ >>= 32;
    waiting_ -= 32;
  }

  void align(std::string& out) {
    for (; waiting_ > 0; waiting_ -= std::min(waiting_, 8U)) {
      out.push_back(static_cast<char>(bits_ & 0xff));
      bits_ >>= 8;
    }
  }

  void put_symbol(unsigned symbol, std::string& out) {
    put(kCodes[symbol].bits, kCodes[symbol].size, out);
  }

  void put_match(std::size_t length, std::size_t distance, std::string& out) {
    const unsigned long_as = kLengthIndex[length];
    put_symbol(kFirstLength + long_as, out);
    put(length - kLengths[long_as].from, kLengths[long_as].extra, out);
    const unsigned far_as = kDistanceIndex[distance];
    put(reversed(far_as, 5), 5, out);
    put(distance - kDistances[far_as].from, kDistances[far_as].extra, out);
  }

  // How much of the text at `at` stands at `before` already.
  std::size_t match(std::size_t before, std::size_t at) const {
    std::size_t length = 0;
    while (at + length < held_ && text_[before + length] == text_[at + length]) ++length;
    return length;
  }

  void put_block(bool last, std::string& out) {
    if (!begun_) out.append("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);  // RFC 1952 §2.3
    begun_ = true;
    check_ = static_cast<std::uint32_t>(
        ::crc32(check_, reinterpret_cast<const Bytef*>(text_.data()), static_cast<uInt>(held_)));
    size_ += static_cast<std::uint32_t>(held_);
    put(last ? 0b011 : 0b010, 3, out);
    std::array<std::uint8_t, 256> places{};  // by hash: where it was last, plus one
    for (std::size_t at = 0; at < held_;) {
      std::size_t length = 0;
      std::size_t before = 0;
      if (at + kShortestMatch <= held_) {
        std::uint8_t& place = places[hash(at)];
        if (place != 0) length = match(before = place - 1U, at);
        place = static_cast<std::uint8_t>(at + 1);
      }
      if (length < kShortestMatch) {
        put_symbol(static_cast<unsigned char>(text_[at++]), out);
      } else {
        put_match(length, at - before, out);
        at += length;
      }
    }
    put_symbol(kEndOfBlock, out);
    held_ = 0;
  }

  std::size_t hash(std::size_t at) const {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(text_[at + i]));
    };
    return ((byte(0) << 16 | byte(1) << 8 | byte(2)) * 0x9e3779b1U) >> 24;
  }

  std::array<char, kShortBody> text_;  // of the block to come
  std::size_t held_ = 0;
  std::uint64_t bits_ = 0;  // not yet sent
  unsigned waiting_ = 0;    // how many
  std::uint32_t check_ = 0;
  std::uint32_t size_ = 0;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Encoder> make_short_gzip_encoder() {
  return std::make_unique<ShortGzipEncoder>();
}

}  // namespace gateway::http
