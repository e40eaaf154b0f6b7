#include "shared/policy/json_strings.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "shared/config/utf8.h"

namespace gateway::policy {
namespace {

enum class Octet : std::uint8_t { stray, blank, word, quote, open, close, colon, comma };

constexpr std::array<Octet, 256> classify_octets() {
  std::array<Octet, 256> octets{};
  for (const char c : {' ', '\t', '\r', '\n'}) octets[static_cast<unsigned char>(c)] = Octet::blank;
  for (unsigned c = '0'; c <= '9'; ++c) octets[c] = Octet::word;
  for (unsigned c = 'a'; c <= 'z'; ++c) octets[c] = Octet::word;
  for (unsigned c = 'A'; c <= 'Z'; ++c) octets[c] = Octet::word;
  for (const char c : {'+', '-', '.', '_'}) octets[static_cast<unsigned char>(c)] = Octet::word;
  octets['"'] = Octet::quote;
  octets['{'] = octets['['] = Octet::open;
  octets['}'] = octets[']'] = Octet::close;
  octets[':'] = Octet::colon;
  octets[','] = Octet::comma;
  return octets;
}
constexpr std::array<Octet, 256> kOctets = classify_octets();

// The four hex digits at `at`; -1 when there are none.
int hex_quad(std::string_view text, std::size_t at) {
  if (text.size() < at + 4) return -1;
  int value = 0;
  for (const char c : text.substr(at, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

// Appends the character of the "\u" whose digits are at `at`; returns where the text goes on.
std::size_t append_unicode(std::string_view text, std::size_t at, std::string& out) {
  const int first = hex_quad(text, at);
  if (first < 0) {
    out += 'u';
    return at;
  }
  auto code = static_cast<char32_t>(first);
  std::size_t end = at + 4;
  if (code >= 0xD800 && code < 0xDC00 && text.substr(end, 2) == "\\u") {
    const int second = hex_quad(text, end + 2);
    if (second >= 0xDC00 && second < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<char32_t>(second) - 0xDC00);
      end += 6;
    }
  }
  if (!config::append_utf8(code, out)) out += "\xef\xbf\xbd";
  return end;
}

char control_of(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}

// Where the string that starts at `at` ends: at its quote, or with the text.
std::size_t find_end(std::string_view json, std::size_t at, bool& escaped) {
  const std::size_t size = json.size();
  std::size_t end = std::min(json.find('"', at), size);
  std::size_t slash = std::min(json.substr(0, end).find('\\', at), size);
  escaped = slash < end;
  while (slash < end) {
    const std::size_t next = slash + 2;
    if (next > size) return size;
    if (next > end) end = std::min(json.find('"', next), size);  // the quote was escaped
    slash = std::min(json.substr(0, end).find('\\', next), size);
  }
  return end;
}

}  // namespace

bool JsonStrings::next(std::string& scratch) {
  std::size_t start = at_;  // of a run that may turn out not to be JSON
  while (at_ < json_.size()) {
    switch (kOctets[static_cast<unsigned char>(json_[at_])]) {
      case Octet::quote:
        read_string(scratch);
        return true;
      case Octet::stray:
        read_stray(start);
        return true;
      case Octet::open:
        open(json_[at_] == '[');
        break;
      case Octet::close:
        depth_ -= depth_ > 0 ? 1 : 0;
        key_ = {};
        break;
      case Octet::colon:
        key_ = raw_;
        break;
      case Octet::comma:
        if (!in_list()) key_ = {};
        break;
      case Octet::blank:
      case Octet::word:
        ++at_;
        continue;
    }
    start = ++at_;
  }
  return false;
}

void JsonStrings::open(bool list) {
  deepest_ = std::max(deepest_, ++depth_);
  if (!list) key_ = {};
  if (depth_ >= kTracked) return;
  const std::uint64_t bit = std::uint64_t{1} << depth_;
  lists_ = list ? lists_ | bit : lists_ & ~bit;
}

bool JsonStrings::in_list() const {
  return depth_ < kTracked && (lists_ >> depth_ & 1) != 0;
}

void JsonStrings::read_string(std::string& scratch) {
  bool escaped = false;
  const std::size_t end = find_end(json_, at_ + 1, escaped);
  raw_ = json_.substr(at_ + 1, end - at_ - 1);
  at_ = std::min(end + 1, json_.size());
  text_ = raw_;
  if (!escaped) return;
  scratch.clear();
  for (std::size_t from = 0; from < raw_.size();) {
    const std::size_t slash = std::min(raw_.find('\\', from), raw_.size());
    scratch.append(raw_, from, slash - from);
    from = slash + 2;
    if (from > raw_.size()) {
      if (slash < raw_.size()) scratch += '\\';  // the text was cut behind it
      break;
    }
    const char letter = raw_[slash + 1];
    if (letter == 'u') {
      from = append_unicode(raw_, from, scratch);
    } else {
      scratch += control_of(letter);
    }
  }
  text_ = scratch;
}

void JsonStrings::read_stray(std::size_t start) {
  at_ = std::min(json_.find('"', at_), json_.size());
  raw_ = json_.substr(start, at_ - start);
  text_ = raw_;
}

}  // namespace gateway::policy
