#include "gatewayd/http/field_lines.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "shared/base/ascii.h"

namespace gateway::http {
namespace {

constexpr std::array<bool, 256> token_table() {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kToken = token_table();

// VCHAR, SP, HTAB and obs-text; no other control character (RFC 9110 §5.5).
constexpr bool is_value_char(unsigned char c) {
  return (c >= 0x20 && c != 0x7f) || c == '\t';
}

// Of eight octets, the high bit of each below 0x20 or equal to 0x7f. An innocent octet behind such
// a one may be marked as well; the first mark is always right.
std::uint64_t control_marks(const char* at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  const std::uint64_t flipped = word ^ (kOnes * 0x7f);
  const std::uint64_t del = (flipped - kOnes) & ~flipped & kHighs;
  return control | del;
}

// The first octet that no value may hold; `end` when there is none. Goes by words of eight where
// their first octet is the lowest, octet by octet elsewhere and at the end.
const char* skip_value(const char* at, const char* end) {
  while (std::endian::native == std::endian::little && end - at >= 8) {
    const std::uint64_t marks = control_marks(at);
    if (marks == 0) {
      at += 8;
      continue;
    }
    at += std::countr_zero(marks) / 8;
    if (*at != '\t') return at;
    ++at;
  }
  while (at != end && is_value_char(static_cast<unsigned char>(*at))) ++at;
  return at;
}

HeadError bad(const char* detail) {
  return {Decider::bad_request, detail};
}

void read_codings(std::string_view value, MessageFacts& facts) {
  for_each_element(value, [&](std::string_view coding) {
    ++facts.coding_count;
    facts.chunked_before_last |= facts.chunked_last;
    facts.chunked_last = ascii_iequals(coding, "chunked");
    facts.unknown_coding |= !facts.chunked_last;
  });
}

void read_connection(std::string_view value, MessageFacts& facts) {
  for_each_element(value, [&](std::string_view option) {
    ++facts.connection_options;
    facts.connection_close |= ascii_iequals(option, "close");
    facts.connection_keep_alive |= ascii_iequals(option, "keep-alive");
    facts.connection_upgrade |= ascii_iequals(option, "upgrade");
  });
}

// What is wrong with the line at `at`, whose name's characters end at `colon`.
HeadError refuse_line(const char* at, const char* colon, const char* end) {
  const auto* newline =
      static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
  if (newline == nullptr || newline == at || newline[-1] != '\r') {
    return bad("A header line does not end in CRLF.");
  }
  if (*colon == ':' && colon != at) return bad("A header value holds a control character.");
  if (*at == ' ' || *at == '\t') return bad("A header line is folded (obs-fold).");
  if (*colon == ' ' || *colon == '\t') return bad("White space stands before a header's colon.");
  return bad("A header name is not a token.");
}

}  // namespace

bool is_token(std::string_view text) {
  for (const char c : text) {
    if (!kToken[static_cast<unsigned char>(c)]) return false;
  }
  return !text.empty();
}

std::optional<HeadError> parse_field_lines(std::string_view lines, std::size_t max_fields,
                                           Fields& fields) {
  const char* at = lines.data();
  const char* const end = at + lines.size();
  // The last octet, a line feed, ends every name at the latest: its octets need not be counted.
  if (!lines.empty() && kToken[static_cast<unsigned char>(lines.back())]) {
    return bad("A header line does not end in CRLF.");
  }
  while (at != end && *at != '\r') {
    const char* colon = at;
    while (kToken[static_cast<unsigned char>(*colon)]) ++colon;
    const char* const tail = *colon == ':' ? skip_value(colon + 1, end) : colon;
    if (tail == colon || colon == at || end - tail < 2 || tail[0] != '\r' || tail[1] != '\n') {
      return refuse_line(at, colon, end);
    }
    if (fields.size() == max_fields) {
      return HeadError{Decider::header_too_large, "The request has too many header fields."};
    }
    const std::string_view name(at, static_cast<std::size_t>(colon - at));
    const std::string_view value =
        trim_ows({colon + 1, static_cast<std::size_t>(tail - colon - 1)});
    fields.push_back(
        {name, value, {at, static_cast<std::size_t>(tail + 2 - at)}, identify_field(name)});
    at = tail + 2;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_content_length(std::string_view value) {
  if (value.empty()) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return std::nullopt;
    const bool fits = length < kEndlessLength / 10;
    length = fits ? length * 10 + static_cast<std::uint64_t>(c - '0') : kEndlessLength;
  }
  return length;
}

MessageFacts gather_facts(const Fields& fields) {
  MessageFacts facts;
  for (const Field& field : fields) {
    switch (field.id) {
      case FieldId::host:
        ++facts.host_count;
        break;
      case FieldId::connection:
        read_connection(field.value, facts);
        break;
      case FieldId::transfer_encoding:
        facts.has_transfer_encoding = true;
        read_codings(field.value, facts);
        break;
      case FieldId::content_length: {
        ++facts.length_count;
        const auto length = parse_content_length(field.value);
        facts.bad_length |= !length;
        facts.content_length = length.value_or(0);
        break;
      }
      default:
        break;
    }
  }
  return facts;
}

}  // namespace gateway::http
