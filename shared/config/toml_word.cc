#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "shared/config/toml_scalar.h"

namespace gateway::config {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+' ||
         c == '-' || c == '.' || c == ':';
}

// Takes away underscores, each of which must stand between two digits.
bool drop_underscores(std::string_view text, std::string& out) {
  const auto digit = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
    } else if (i == 0 || i + 1 == text.size() || !digit(text[i - 1]) || !digit(text[i + 1])) {
      return false;
    }
  }
  return true;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

enum class Reading { is, is_not, too_big };

// "12", "-1_000", "0xff", "0o17", "0b1".
Reading read_integer(std::string_view word, std::int64_t& number) {
  std::string digits;
  if (!drop_underscores(word, digits)) return Reading::is_not;
  int base = 10;
  std::string_view text = digits;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'o' || text[1] == 'b')) {
    base = text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : 2;
    text.remove_prefix(2);
    if (text.front() == '-') return Reading::is_not;
  } else {
    std::string_view magnitude = text;
    if (text.front() == '+' || text.front() == '-') magnitude.remove_prefix(1);
    if (!all_digits(magnitude) || (magnitude.size() > 1 && magnitude.front() == '0')) {
      return Reading::is_not;
    }
    if (text.front() == '+') text.remove_prefix(1);
  }
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number, base);
  if (result.ptr != end || result.ec == std::errc::invalid_argument) return Reading::is_not;
  return result.ec == std::errc{} ? Reading::is : Reading::too_big;
}

// "1.5", "-2e10", "inf": no key takes one, so only its form counts.
bool is_fraction(std::string_view word) {
  std::string digits;
  if (!drop_underscores(word, digits)) return false;
  std::string_view text = digits;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  if (text == "inf" || text == "nan") return true;
  const std::size_t mark = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, mark);
  if (mark != std::string_view::npos) {
    std::string_view exponent = text.substr(mark + 1);
    if (!exponent.empty() && (exponent.front() == '+' || exponent.front() == '-')) {
      exponent.remove_prefix(1);
    }
    if (!all_digits(exponent)) return false;
  }
  const std::size_t dot = mantissa.find('.');
  if (dot == std::string_view::npos && mark == std::string_view::npos) return false;
  const std::string_view whole = mantissa.substr(0, dot);
  if (!all_digits(whole) || (whole.size() > 1 && whole.front() == '0')) return false;
  return dot == std::string_view::npos || all_digits(mantissa.substr(dot + 1));
}

// 'd' in `form` stands for a digit.
bool has_form(std::string_view text, std::string_view form) {
  return text.size() >= form.size() &&
         std::equal(form.begin(), form.end(), text.begin(),
                    [](char f, char c) { return f == 'd' ? is_digit(c) : f == c; });
}

// A date, a time, or both: no key takes one, so only its form counts.
bool is_moment(std::string_view word) {
  return has_form(word, "dddd-dd-dd") || has_form(word, "dd:dd:dd");
}

}  // namespace

void read_toml_word(TomlCursor& cursor, TomlNode& node) {
  const Place place = cursor.place();
  const std::size_t start = cursor.position();
  while (is_word_character(cursor.peek())) cursor.advance();
  std::string_view word = cursor.since(start);
  if (word.empty()) cursor.fail(fmt::format("expected a value, not {}", cursor.here()));
  if (word.size() == 10 && is_moment(word) && cursor.peek() == ' ' && is_digit(cursor.peek(1))) {
    cursor.advance();
    while (is_word_character(cursor.peek())) cursor.advance();
    word = cursor.since(start);
  }
  if (word == "true" || word == "false") {
    node.kind = TomlNode::Kind::boolean;
    node.number = word == "true" ? 1 : 0;
    return;
  }
  const Reading reading = read_integer(word, node.number);
  if (reading == Reading::too_big) throw TomlError{place, "this number needs more than 64 bits"};
  if (reading == Reading::is) {
    node.kind = TomlNode::Kind::integer;
  } else if (is_fraction(word)) {
    node.kind = TomlNode::Kind::real;
  } else if (is_moment(word)) {
    node.kind = TomlNode::Kind::moment;
  } else {
    throw TomlError{cursor.since(place), "expected a value; strings stand in quotes"};
  }
}

}  // namespace gateway::config
