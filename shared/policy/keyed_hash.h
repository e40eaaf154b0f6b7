#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gateway::policy {

// 128 random bits that make a hash unguessable: who does not know them can find no two values that
// collide.
struct HashKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const HashKey&) const = default;
};

// SipHash-1-3 over a sequence of 64-bit words (Aumasson, Bernstein: "SipHash: a fast short-input
// PRF", with one round a word and three at the end, as hash tables use it). Different sequences of
// calls make different messages: a text goes in with its length before it.
class KeyedHash {
 public:
  explicit KeyedHash(const HashKey& key)
      : v0_(key.low ^ 0x736f6d6570736575u),
        v1_(key.high ^ 0x646f72616e646f6du),
        v2_(key.low ^ 0x6c7967656e657261u),
        v3_(key.high ^ 0x7465646279746573u) {}

  void add_word(std::uint64_t word) {
    v3_ ^= word;
    round();
    v0_ ^= word;
    ++words_;
  }

  void add_text(std::string_view text) {
    add_word(text.size());
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) add_word(load(text.data() + at));
    if (at == text.size()) return;
    if (text.size() >= 8) return add_word(load(text.data() + text.size() - 8));
    std::uint64_t rest = 0;
    for (const char c : text) rest = rest << 8 | static_cast<unsigned char>(c);
    add_word(rest);
  }

  // Ends the message; nothing may be added afterwards.
  std::uint64_t finish() {
    add_word(words_ << 59);  // the length in bytes, modulo 256, in the top byte
    v2_ ^= 0xff;
    for (int i = 0; i < 3; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  static std::uint64_t load(const char* from) {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof(word));
    return word;
  }

  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
  std::uint64_t words_ = 0;
};

}  // namespace gateway::policy
