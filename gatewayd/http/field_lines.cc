#include "gatewayd/http/field_lines.h"

#include <algorithm>
#include <array>
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

// Whether a word of eight octets holds one below 0x20 or equal to 0x7f. (It may also say so for an
// innocent octet behind such a one; it never misses one.)
bool may_hold_control(const char* at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  const std::uint64_t flipped = word ^ (kOnes * 0x7f);
  const std::uint64_t del = (flipped - kOnes) & ~flipped & kHighs;
  return (control | del) != 0;
}

// Eight octets at a time, the last eight perhaps twice; a suspicious value is looked at one by one.
bool is_value(std::string_view text) {
  const char* const at = text.data();
  const std::size_t size = text.size();
  bool suspicious = size < 8;
  for (std::size_t i = 0; i + 8 <= size; i += 8) suspicious |= may_hold_control(at + i);
  if (size >= 8) suspicious |= may_hold_control(at + size - 8);
  return !suspicious || std::all_of(at, at + size, is_value_char);
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
  while (at != end && *at != '\r') {
    const auto* newline =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    if (newline == nullptr || newline == at || newline[-1] != '\r') {
      return bad("A header line does not end in CRLF.");
    }
    const char* colon = at;
    while (kToken[static_cast<unsigned char>(*colon)]) ++colon;  // stops at '\r' at the latest
    if (*colon != ':' || colon == at) {
      if (*at == ' ' || *at == '\t') return bad("A header line is folded (obs-fold).");
      if (*colon == ' ' || *colon == '\t')
        return bad("White space stands before a header's colon.");
      return bad("A header name is not a token.");
    }
    const std::string_view value =
        trim_ows({colon + 1, static_cast<std::size_t>(newline - 1 - colon - 1)});
    if (!is_value(value)) return bad("A header value holds a control character.");
    if (fields.size() == max_fields) {
      return HeadError{Decider::header_too_large, "The request has too many header fields."};
    }
    const std::string_view name(at, static_cast<std::size_t>(colon - at));
    fields.push_back(
        {name, value, {at, static_cast<std::size_t>(newline + 1 - at)}, identify_field(name)});
    at = newline + 1;
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
