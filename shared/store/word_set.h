#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::store {

// Which column a text stands in; a word of one is not that of another.
enum class TextField : std::uint8_t { client, user, path, host, query, id };

// The texts of a run of rows as a Bloom filter (Bloom 1970): it may say that a text is there which
// is not, never the other way round. Holds whole clients, users and ids, beginnings of paths, and
// every run of three characters of any text, ASCII letters of either case being one. A text costs
// some 3 ns when it was there a moment ago, else some 1 ns a character. One thread at a time.
class WordSet {
 public:
  static constexpr std::size_t kBits = 1u << 16;
  static constexpr std::size_t kLeastBytes = 64;

  WordSet();

  void add(TextField field, std::string_view text);
  void add_id(std::string_view bytes);  // whole alone: a search by text does not look at ids
  void clear();

  // kLeastBytes to kBits / 8 bytes: halved as long as no more than a sixth of the bits are set.
  std::string fold() const;

 private:
  void set(std::uint32_t bit) {
    bits_[bit >> 6 & (kBits / 64 - 1)] |= std::uint64_t{1} << (bit & 63);
  }
  void set_word(std::uint64_t hash);
  bool seen(std::uint64_t hash);

  std::array<std::uint64_t, kBits / 64> bits_{};
  std::array<std::uint64_t, 256> recent_{};  // hashes of texts that are there already
};

// What a text that is looked for must have set. A filter without a word lets everything pass.
class WordProbe {
 public:
  void whole(TextField field, std::string_view text);  // clients and users
  void id(std::string_view bytes);
  void path_prefix(std::string_view prefix);
  void part(std::string_view text);  // anywhere in a text

  bool empty() const { return bits_.empty(); }
  // `folded`: of WordSet::fold. Bytes that it never makes may hold anything.
  bool may_hold(std::string_view folded) const;

 private:
  void add_word(std::uint64_t hash);
  void add_parts(std::string_view text);

  std::vector<std::uint32_t> bits_;
};

}  // namespace gateway::store
