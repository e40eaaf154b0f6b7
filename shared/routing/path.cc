#include "shared/routing/path.h"

#include <array>
#include <cstdint>

namespace gateway::routing {
namespace {

enum class Octet : std::uint8_t { refused, plain, unreserved, slash, percent };

// RFC 3986 §3.3: pchar = unreserved / pct-encoded / sub-delims / ":" / "@".
constexpr std::array<Octet, 256> classify_octets() {
  std::array<Octet, 256> octets{};
  for (unsigned c = 'a'; c <= 'z'; ++c) octets[c] = Octet::unreserved;
  for (unsigned c = 'A'; c <= 'Z'; ++c) octets[c] = Octet::unreserved;
  for (unsigned c = '0'; c <= '9'; ++c) octets[c] = Octet::unreserved;
  for (const char c : {'-', '.', '_', '~'}) {
    octets[static_cast<unsigned char>(c)] = Octet::unreserved;
  }
  for (const char c : {'!', '$', '&', '\'', '(', ')', '*', '+', ',', ';', '=', ':', '@'}) {
    octets[static_cast<unsigned char>(c)] = Octet::plain;
  }
  octets['/'] = Octet::slash;
  octets['%'] = Octet::percent;
  return octets;
}
constexpr std::array<Octet, 256> kOctets = classify_octets();
constexpr char kUpperHex[] = "0123456789ABCDEF";

constexpr char kNotAbsolute[] = "The path must start with a slash.";
constexpr char kBadOctet[] = "The path holds a character that must be percent-encoded.";
constexpr char kBadPercent[] = "The path holds a percent sign without two hexadecimal digits.";
constexpr char kHiddenSeparator[] = "The path holds an encoded NUL, slash or backslash.";
constexpr char kAboveRoot[] = "The path climbs above its root.";

Octet octet_of(char c) {
  return kOctets[static_cast<unsigned char>(c)];
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The octet that the "%XX" at `at` stands for; -1 without two hex digits.
int escaped_octet(std::string_view raw, std::size_t at) {
  if (raw.size() - at < 3) return -1;
  const int high = hex_value(raw[at + 1]);
  const int low = hex_value(raw[at + 2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool hides_separator(int octet) {
  return octet == 0 || octet == '/' || octet == '\\';
}

// Whether the escape at `at` is already in the form that is kept.
bool is_kept_escape(std::string_view raw, std::size_t at) {
  const int octet = escaped_octet(raw, at);
  return octet >= 0 && !hides_separator(octet) &&
         octet_of(static_cast<char>(octet)) != Octet::unreserved && raw[at + 1] < 'a' &&
         raw[at + 2] < 'a';
}

// Whether what follows the slash at `at` is kept: neither a second slash nor a dot segment.
bool is_kept_slash(std::string_view raw, std::size_t at) {
  const std::string_view rest = raw.substr(at + 1);
  if (rest.empty()) return true;
  if (rest[0] == '/') return false;
  if (rest[0] != '.') return true;
  const std::size_t dots = rest.size() > 1 && rest[1] == '.' ? 2 : 1;
  return rest.size() > dots && rest[dots] != '/';
}

bool is_normal(std::string_view raw) {
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const Octet octet = octet_of(raw[at]);
    if (octet == Octet::unreserved || octet == Octet::plain) continue;
    if (octet == Octet::slash && is_kept_slash(raw, at)) continue;
    if (octet == Octet::percent && is_kept_escape(raw, at)) continue;
    return false;
  }
  return true;
}

// Appends the segment that starts at `at`; returns where it ended, at a slash or the end. Sets
// `why` when it must be refused.
std::size_t append_segment(std::string_view raw, std::size_t at, std::string& out,
                           const char*& why) {
  for (; at < raw.size() && raw[at] != '/'; ++at) {
    const Octet octet = octet_of(raw[at]);
    if (octet == Octet::refused) {
      why = kBadOctet;
      return at;
    }
    if (octet != Octet::percent) {
      out += raw[at];
      continue;
    }
    const int decoded = escaped_octet(raw, at);
    if (decoded < 0 || hides_separator(decoded)) {
      why = decoded < 0 ? kBadPercent : kHiddenSeparator;
      return at;
    }
    if (octet_of(static_cast<char>(decoded)) == Octet::unreserved) {
      out += static_cast<char>(decoded);
    } else {
      out += '%';
      out += kUpperHex[decoded >> 4];
      out += kUpperHex[decoded & 15];
    }
    at += 2;
  }
  return at;
}

// The path in its normal form in `out`, which ends in a slash whenever a segment begins.
bool rebuild(std::string_view raw, std::string& out, const char*& why) {
  out.assign(1, '/');
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] == '/') {
      if (out.back() != '/') out += '/';
      ++at;
      continue;
    }
    const std::size_t start = out.size();
    at = append_segment(raw, at, out, why);
    if (why != nullptr) return false;
    const std::string_view segment = std::string_view(out).substr(start);
    if (segment == ".") {
      out.resize(start);
    } else if (segment == "..") {
      if (start == 1) {
        why = kAboveRoot;
        return false;
      }
      out.resize(out.rfind('/', start - 2) + 1);
    }
  }
  return true;
}

}  // namespace

std::string_view normalize_path(std::string_view raw, std::string& scratch, const char*& why) {
  why = nullptr;
  if (raw.empty() || raw.front() != '/') {
    why = kNotAbsolute;
    return {};
  }
  if (is_normal(raw)) return raw;
  if (!rebuild(raw, scratch, why)) return {};
  return scratch;
}

}  // namespace gateway::routing
