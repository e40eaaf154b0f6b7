#include "shared/store/word_set.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace gateway::store {
namespace {

constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15u;  // Knuth, TAOCP 6.4
constexpr std::size_t kFullest = 4;                  // a fold stops at 1 / kFullest of its bits

template <class Int>
Int load(const char* at) {
  Int value = 0;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * kOdd;
  return hash ^ hash >> 29;
}

// Reads eight bytes at a time, the last of them again where they do not come out even.
std::uint64_t hash_of(TextField field, std::string_view text) {
  const std::size_t size = text.size();
  const char* at = text.data();
  std::uint64_t hash = (static_cast<std::uint64_t>(field) + 1) << 56 ^ size;
  if (size < 4) {
    for (const char c : text) hash = mix(hash, static_cast<std::uint8_t>(c));
    return mix(hash, size);
  }
  if (size < 8) {
    const std::uint64_t first = load<std::uint32_t>(at);
    return mix(hash, first << 32 | load<std::uint32_t>(at + size - 4));
  }
  for (std::size_t i = 0; i + 8 < size; i += 8) hash = mix(hash, load<std::uint64_t>(at + i));
  return mix(hash, load<std::uint64_t>(at + size - 8));
}

constexpr std::uint32_t kHashBits = 16;
static_assert(WordSet::kBits == 1u << kHashBits);

// Calls `bit` three times.
template <class Bit>
void for_word(std::uint64_t hash, const Bit& bit) {
  for (unsigned shift = 16; shift < 64; shift += 16) {
    bit(static_cast<std::uint32_t>(hash >> shift) & (WordSet::kBits - 1));
  }
}

// Calls `bit` for every run of kPart bytes. Bit 0x20 apart two bytes are one: that joins the
// letters of both cases, and a few signs.
template <class Bit>
void for_parts(std::string_view text, const Bit& bit) {
  static_assert(WordSet::kPart == sizeof(std::uint32_t));
  for (std::size_t i = 0; i + WordSet::kPart <= text.size(); ++i) {
    const std::uint32_t run = load<std::uint32_t>(text.data() + i) | 0x20202020u;
    bit(run * 0x9e3779b1u >> (32 - kHashBits));
  }
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    if (load<std::uint64_t>(a.data() + at) != load<std::uint64_t>(b.data() + at)) break;
  }
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

std::size_t common_suffix(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t count = 0;
  while (count < size && a[a.size() - 1 - count] == b[b.size() - 1 - count]) ++count;
  return count;
}

}  // namespace

WordSet::WordSet() = default;

void WordSet::set_word(std::uint64_t hash) {
  for_word(hash, [this](std::uint32_t bit) { set(bit); });
}

void WordSet::set_parts(std::string_view text) {
  for_parts(text, [this](std::uint32_t bit) { set(bit); });
}

// names_ holds 0 where it holds nothing; a name whose hash is 0 is only ever added again.
void WordSet::add_name(TextField field, std::string_view text) {
  if (text.empty()) return;
  const std::uint64_t hash = hash_of(field, text);
  std::uint64_t& recent = names_[hash >> 8 & 0xff];
  if (recent == hash && hash != 0) return;
  recent = hash;
  set_word(hash);
  set_parts(text);
}

// A run that begins and ends inside what both texts begin or end with is there already.
void WordSet::add_text(std::uint32_t kind, std::string_view text) {
  if (text.empty()) return;
  std::string& last = texts_[kind % texts_.size()];
  if (last == text) return;
  const std::size_t begin = common_prefix(last, text);
  const std::size_t end = text.size() - common_suffix(last, text);
  const std::size_t from = begin - std::min(begin, kPart - 1);
  const std::size_t to = std::min(text.size(), end + kPart - 1);
  if (from < to) set_parts(text.substr(from, to - from));
  last.assign(text);
}

void WordSet::add_id(std::string_view bytes) {
  set_word(hash_of(TextField::id, bytes));
}

void WordSet::clear() {
  bits_.fill(0);
  names_.fill(0);
  for (std::string& text : texts_) text.clear();
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
  for_word(hash, [this](std::uint32_t bit) { bits_.push_back(bit); });
}

void WordProbe::whole(TextField field, std::string_view text) {
  if (text.empty()) return;
  add_word(hash_of(field, text));
  part(text);
}

void WordProbe::id(std::string_view bytes) {
  add_word(hash_of(TextField::id, bytes));
}

void WordProbe::part(std::string_view text) {
  for_parts(text, [this](std::uint32_t bit) { bits_.push_back(bit); });
}

bool WordProbe::may_hold(std::string_view folded) const {
  const std::size_t size = folded.size();
  if (size < WordSet::kLeastBytes || size > WordSet::kBits / 8 || !std::has_single_bit(size)) {
    return true;
  }
  return std::all_of(bits_.begin(), bits_.end(), [&](std::uint32_t bit) {
    const std::size_t at = bit & (size * 8 - 1);
    return (static_cast<std::uint8_t>(folded[at / 8]) >> (at % 8) & 1) != 0;
  });
}

}  // namespace gateway::store
