#include "shared/store/word_set.h"

#include <bit>
#include <cstring>

namespace gateway::store {
namespace {

constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15u;  // Knuth, TAOCP 6.4
constexpr std::size_t kFullest = 6;                  // a fold stops at 1 / kFullest of its bits

// The lengths at which beginnings of paths are kept. Near the usual length of "/things/4711" they
// stand close together, as that is where paths begin to differ.
constexpr std::array<std::size_t, 8> kPrefixes = {8, 12, 16, 20, 24, 32, 48, 64};

std::uint64_t load(const char* at, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, size);
  return value;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * kOdd;
  return hash ^ hash >> 29;
}

std::uint64_t seed(TextField field) {
  return (static_cast<std::uint64_t>(field) + 1) * 0xd6e8feb86659fd93u;
}

std::uint64_t hash_of(TextField field, std::string_view text) {
  std::uint64_t hash = mix(seed(field), text.size());
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) hash = mix(hash, load(at, 8));
  return left == 0 ? hash : mix(hash, load(at, left));
}

// Calls `word` with a hash of every beginning of `path` that has one of kPrefixes' lengths.
template <class Word>
void for_prefixes(std::string_view path, const Word& word) {
  std::uint64_t hash = seed(TextField::path);
  std::size_t at = 0;
  for (const std::size_t length : kPrefixes) {
    if (length > path.size()) return;
    for (; at < length; at += 4) hash = mix(hash, load(path.data() + at, 4));
    word(hash);
  }
}

// Calls `bit` for every run of three bytes. Bit 0x20 apart two bytes are one: that joins the
// letters of both cases, and a few signs.
template <class Bit>
void for_parts(std::string_view text, const Bit& bit) {
  std::uint32_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    run = (run << 8 | static_cast<std::uint8_t>(text[i]) | 0x20u) & 0xffffffu;
    if (i >= 2) bit(run * 0x9e3779b1u >> 16);
  }
}

}  // namespace

WordSet::WordSet() = default;

void WordSet::set_word(std::uint64_t hash) {
  set(static_cast<std::uint32_t>(hash >> 48));
  set(static_cast<std::uint32_t>(hash >> 32) & 0xffffu);
}

// recent_ holds 0 where it holds nothing; a hash of 0 is only ever added again.
bool WordSet::seen(std::uint64_t hash) {
  std::uint64_t& slot = recent_[hash >> 56];
  if (slot == hash && hash != 0) return true;
  slot = hash;
  return false;
}

void WordSet::add(TextField field, std::string_view text) {
  if (text.empty()) return;
  const std::uint64_t hash = hash_of(field, text);
  if (seen(hash)) return;
  if (field == TextField::client || field == TextField::user) set_word(hash);
  if (field == TextField::path) {
    for_prefixes(text, [this](std::uint64_t prefix) { set_word(prefix); });
  }
  for_parts(text, [this](std::uint32_t part) { set(part); });
}

void WordSet::add_id(std::string_view bytes) {
  set_word(hash_of(TextField::id, bytes));
}

void WordSet::clear() {
  bits_.fill(0);
  recent_.fill(0);
}

std::string WordSet::fold() const {
  auto words = bits_;
  std::size_t size = words.size();
  while (size * 8 > kLeastBytes) {
    std::size_t set = 0;
    for (std::size_t i = 0; i < size / 2; ++i) {
      set += static_cast<std::size_t>(std::popcount(words[i] | words[i + size / 2]));
    }
    if (set * kFullest > size / 2 * 64) break;
    size /= 2;
    for (std::size_t i = 0; i < size; ++i) words[i] |= words[i + size];
  }
  std::string out(size * 8, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<char>(words[i / 8] >> (i % 8 * 8));
  }
  return out;
}

void WordProbe::add_word(std::uint64_t hash) {
  bits_.push_back(static_cast<std::uint32_t>(hash >> 48));
  bits_.push_back(static_cast<std::uint32_t>(hash >> 32) & 0xffffu);
}

void WordProbe::add_parts(std::string_view text) {
  for_parts(text, [this](std::uint32_t part) { bits_.push_back(part); });
}

void WordProbe::whole(TextField field, std::string_view text) {
  if (text.empty()) return;
  add_word(hash_of(field, text));
  add_parts(text);
}

void WordProbe::id(std::string_view bytes) {
  add_word(hash_of(TextField::id, bytes));
}

void WordProbe::path_prefix(std::string_view prefix) {
  for_prefixes(prefix, [this](std::uint64_t hash) { add_word(hash); });
  add_parts(prefix);
}

void WordProbe::part(std::string_view text) {
  add_parts(text);
}

bool WordProbe::may_hold(std::string_view folded) const {
  const std::size_t size = folded.size();
  if (size < WordSet::kLeastBytes || size > WordSet::kBits / 8 || !std::has_single_bit(size)) {
    return true;
  }
  for (const std::uint32_t bit : bits_) {
    const std::size_t at = bit & (size * 8 - 1);
    if ((static_cast<std::uint8_t>(folded[at / 8]) >> (at % 8) & 1) == 0) return false;
  }
  return true;
}

}  // namespace gateway::store
