#include "shared/policy/strict_json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <forward_list>
#include <string>
#include <vector>

#include "shared/config/utf8.h"

namespace gateway::policy {
namespace {

constexpr const char* kNotJson = "it is not valid JSON";
constexpr std::size_t kUsualMembers = 16;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Octets that stand for themselves in a string: ASCII but controls, quote and backslash.
constexpr std::array<bool, 256> plain_octets() {
  std::array<bool, 256> plain{};
  for (std::size_t octet = 0x20; octet < 0x80; ++octet) plain[octet] = true;
  plain['"'] = plain['\\'] = false;
  return plain;
}
constexpr auto kPlain = plain_octets();

// Descends into objects and lists, no deeper than kMaxJsonDepth. Every method leaves `at_` behind
// what it read, or returns false with `fault_` set.
class Reader {
 public:
  Reader(std::string_view text, const std::function<void(const JsonValue&)>& each,
         const std::function<void(std::string_view)>& each_member)
      : at_(text.data()), end_(at_ + text.size()), each_(each), each_member_(each_member) {
    names_.reserve(kUsualMembers);
  }

  const char* read() {
    skip_blanks();
    if (at_ == end_) return kNotJson;
    if (*at_ != '{') return "it is not a JSON object";
    if (!read_object(true)) return fault_;
    skip_blanks();
    return at_ == end_ ? nullptr : kNotJson;
  }

 private:
  // Where a value stands: whether it is reported, and whether in a list.
  struct Place {
    bool plain;
    bool listed;
  };

  bool fail(const char* why = kNotJson) {
    fault_ = why;
    return false;
  }

  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }

  bool skip(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool open() {
    if (depth_ == kMaxJsonDepth) return fail("objects and lists are nested too deeply");
    ++depth_;
    ++at_;
    skip_blanks();
    return true;
  }

  bool read_object(bool plain) {
    const std::size_t first_name = names_.size();
    const std::size_t path = path_.size();
    if (!open()) return false;
    if (!skip('}')) {
      do {
        skip_blanks();
        path_.resize(path);
        if (!read_name(first_name)) return false;
        skip_blanks();
        if (!skip(':')) return fail();
        if (!read_value({plain, false})) return false;
      } while (skip(','));
      if (!skip('}')) return fail();
    }
    names_.resize(first_name);
    path_.resize(path);
    --depth_;
    return true;
  }

  bool read_list(bool plain) {
    if (!open()) return false;
    if (!skip(']')) {
      do {
        if (!read_value({plain, true})) return false;
      } while (skip(','));
      if (!skip(']')) return fail();
    }
    --depth_;
    return true;
  }

  // With the blanks around it.
  bool read_value(Place place) {
    skip_blanks();
    const bool within = place.plain && !place.listed;
    const bool read = at_ == end_   ? fail()
                      : *at_ == '{' ? read_object(within)
                      : *at_ == '[' ? read_list(within)
                                    : read_scalar(place);
    skip_blanks();
    return read;
  }

  bool read_scalar(Place place) {
    using Kind = JsonValue::Kind;
    switch (*at_) {
      case '"': {
        std::string_view text;
        return read_string(text) && report(place, Kind::string, text, 0);
      }
      case 't':
        return read_word("true") && report(place, Kind::boolean, "true", 1);
      case 'f':
        return read_word("false") && report(place, Kind::boolean, "false", 0);
      case 'n':
        return read_word("null");
      default:
        return read_number(place);
    }
  }

  bool read_word(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
      return fail();
    }
    at_ += word.size();
    return true;
  }

  bool report(Place place, JsonValue::Kind kind, std::string_view text, double number) {
    if (!place.plain) return true;
    each_({path_, kind, text, number, depth_ - (place.listed ? 1 : 0), place.listed});
    return true;
  }

  bool read_name(std::size_t first_name) {
    std::string_view name;
    if (at_ == end_ || *at_ != '"') return fail();
    if (!read_string(name)) return false;
    if (names_.size() - first_name == kMaxJsonMembers)
      return fail("an object has too many members");
    for (std::size_t i = first_name; i < names_.size(); ++i) {
      if (names_[i] == name) return fail("an object has a member twice");
    }
    if (name.data() == memory_.data()) name = kept_.emplace_front(name);
    names_.push_back(name);
    if (depth_ > 1) path_ += '.';
    path_ += name;
    if (depth_ == 1 && each_member_) each_member_(name);
    return true;
  }

  // `text` holds until the next string is read.
  bool read_string(std::string_view& text) {
    const char* const from = ++at_;
    skip_plain();
    if (at_ != end_ && *at_ == '"') {
      text = {from, static_cast<std::size_t>(at_++ - from)};
      return true;
    }
    memory_.assign(from, at_);
    while (!skip('"')) {
      if (!(at_ != end_ && *at_ == '\\' ? read_escape() : read_character())) return fail();
      const char* const run = at_;
      skip_plain();
      memory_.append(run, at_);
    }
    text = memory_;
    return true;
  }

  void skip_plain() {
    while (at_ != end_ && kPlain[static_cast<unsigned char>(*at_)]) ++at_;
  }

  // One that is not ASCII.
  bool read_character() {
    if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x80) return false;
    const auto character = config::decode_utf8({at_, static_cast<std::size_t>(end_ - at_)});
    memory_.append(at_, character.bytes);
    at_ += character.bytes;
    return character.bytes != 0;
  }

  bool read_escape() {
    if (end_ - ++at_ < 1) return false;
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    const char letter = *at_++;
    if (letter == 'u') return read_unicode();
    const std::size_t index = kLetters.find(letter);
    if (index == std::string_view::npos) return false;
    memory_ += kMeant[index];
    return true;
  }

  // Behind "\u". A surrogate stands for a character only with its other half (RFC 8259 §7).
  bool read_unicode() {
    char32_t code = 0;
    char32_t low = 0;
    if (!read_quad(code)) return false;
    if (code >= 0xD800 && code < 0xDC00) {
      if (!skip('\\') || !skip('u') || !read_quad(low) || low < 0xDC00 || low > 0xDFFF)
        return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    return config::append_utf8(code, memory_);
  }

  bool read_quad(char32_t& code) {
    if (end_ - at_ < 4) return false;
    unsigned value = 0;
    const auto [stop, error] = std::from_chars(at_, at_ + 4, value, 16);
    if (error != std::errc() || stop != at_ + 4) return false;
    code = value;
    at_ += 4;
    return true;
  }

  bool skip_digits() {
    const char* const from = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != from;
  }

  bool read_number(Place place) {
    const char* const from = at_;
    skip('-');
    if (!skip('0') && !skip_digits()) return fail();
    bool whole = true;
    if (skip('.')) {
      whole = false;
      if (!skip_digits()) return fail();
    }
    if (skip('e') || skip('E')) {
      whole = false;
      if (!skip('+')) skip('-');
      if (!skip_digits()) return fail();
    }
    const std::string_view text(from, static_cast<std::size_t>(at_ - from));
    return (whole && report_integer(place, text)) || report_real(place, text);
  }

  // False when no integer of 64 bits holds it.
  bool report_integer(Place place, std::string_view text) {
    const auto as = [&](auto value) {
      const auto [stop, error] = std::from_chars(text.begin(), text.end(), value);
      if (error != std::errc() || stop != text.end()) return false;
      const auto number = static_cast<double>(value);
      return report(place, JsonValue::Kind::integer, value == 0 ? "0" : text, number);
    };
    return text.front() == '-' ? as(std::int64_t{}) : as(std::uint64_t{});
  }

  bool report_real(Place place, std::string_view text) {
    double number = 0;
    const auto [stop, error] = std::from_chars(text.begin(), text.end(), number);
    if (error != std::errc() || stop != text.end() || !std::isfinite(number)) return fail();
    return report(place, JsonValue::Kind::real, text, number);
  }

  const char* at_;
  const char* const end_;
  const std::function<void(const JsonValue&)>& each_;
  const std::function<void(std::string_view)>& each_member_;
  std::size_t depth_ = 0;
  std::vector<std::string_view> names_;  // of the objects that are open
  std::string path_;
  std::string memory_;                   // of the last string that had more than plain octets
  std::forward_list<std::string> kept_;  // names that had
  const char* fault_ = kNotJson;
};

}  // namespace

const char* read_json_object(std::string_view text,
                             const std::function<void(const JsonValue&)>& each,
                             const std::function<void(std::string_view)>& each_member) {
  return Reader(text, each, each_member).read();
}

}  // namespace gateway::policy
