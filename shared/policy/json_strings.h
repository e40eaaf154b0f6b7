#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::policy {

// The strings of a JSON text one after the other, keys as well as values, without building a tree.
// Takes any octets: of a text that was cut off it gives what is there, and what does not belong to
// JSON is given as it stands, so that nothing of a body stays unseen. Time is linear in the text.
class JsonStrings {
 public:
  // `json` must outlive this.
  explicit JsonStrings(std::string_view json) : json_(json) {}

  // Moves on to the next string; false when there is none. What is un-escaped (RFC 8259 §7) stands
  // in `scratch`, which is cleared first and never outgrows the text. A lone surrogate becomes
  // U+FFFD, an escape that JSON does not have the character behind the backslash.
  bool next(std::string& scratch);

  // The string without its quotes: a view of the text or, when it held escapes, of `scratch`.
  std::string_view text() const { return text_; }
  // The key in front of it, or of the list it is in, as it is spelt; empty where there is none.
  std::string_view key() const { return key_; }
  // Deepest nesting of objects and lists so far.
  std::size_t depth() const { return deepest_; }

 private:
  static constexpr std::size_t kTracked = 64;  // levels whose kind is known, for the key's sake

  void open(bool list);
  bool in_list() const;
  void read_string(std::string& scratch);
  void read_stray(std::size_t start);

  std::string_view json_;
  std::size_t at_ = 0;
  std::string_view text_;
  std::string_view raw_;  // of the last string
  std::string_view key_;
  std::size_t depth_ = 0;
  std::uint64_t lists_ = 0;  // bit n: the container at depth n is a list
  std::size_t deepest_ = 0;
};

}  // namespace gateway::policy
