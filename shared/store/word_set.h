#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::store {

// Which column a text stands in; a word of one is not that of another.
enum class TextField : std::uint8_t { client, user, id };

// The texts of a run of rows as a Bloom filter (Bloom 1970): it may say that a text is there which
// is not, never the other way round. Holds whole clients, users and ids, and every run of kPart
// characters of any text, ASCII letters of either case being one. What was there a moment ago costs
// some 3 ns a text, what is new some 1 ns a character. One thread at a time.
class WordSet {
 public:
  static constexpr std::size_t kBits = 1u << 16;
  static constexpr std::size_t kLeastBytes = 64;
  static constexpr std::size_t kPart = 4;

  WordSet();

  void add_name(TextField field, std::string_view text);  // clients and users
  // Paths, hosts and queries. Texts of one kind are much alike: only what differs from the one
  // before costs anything. `kind` is any number.
  void add_text(std::uint32_t kind, std::string_view text);
  void add_id(std::string_view bytes);  // whole alone: a search by text does not look at ids
  void clear();

  // kLeastBytes to kBits / 8 bytes: halved as long as no more than a quarter of the bits are set.
  std::string fold() const;

 private:
  void set(std::uint32_t bit) { bits_[bit >> 6] |= std::uint64_t{1} << (bit & 63); }
  void set_word(std::uint64_t hash);
  void set_parts(std::string_view text);

  std::array<std::uint64_t, kBits / 64> bits_{};
  std::array<std::uint64_t, 256> names_{};  // hashes of names that are there already
  std::array<std::string, 64> texts_;       // the last of each kind
};

// What a text that is looked for must have set. A filter without a word lets everything pass.
class WordProbe {
 public:
  void whole(TextField field, std::string_view text);  // clients and users
  void id(std::string_view bytes);
  // Anywhere in a text. One of fewer than kPart characters restricts nothing.
  void part(std::string_view text);

  bool empty() const { return bits_.empty(); }
  // `folded`: of WordSet::fold. Bytes that it never makes may hold anything.
  bool may_hold(std::string_view folded) const;

 private:
  void add_word(std::uint64_t hash);

  std::vector<std::uint32_t> bits_;
};

}  // namespace gateway::store
