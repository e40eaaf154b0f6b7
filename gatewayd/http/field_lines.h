#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gatewayd/http/head.h"

namespace gateway::http {

// Options of Connection in one message: each is compared with each field, which bounds that work.
inline constexpr unsigned kMaxConnectionOptions = 32;

bool is_token(std::string_view text);  // RFC 9110 §5.6.2, not empty

// Parses "name: value" lines up to the empty line that ends `lines`; appends to `fields`. Refuses a
// space before the colon, folded lines, control characters, and more than `max_fields`. Also for
// trailers (RFC 9112 §7.1.2).
std::optional<HeadError> parse_field_lines(std::string_view lines, std::size_t max_fields,
                                           Fields& fields);

// What the fields of one message say about its body and its connection.
struct MessageFacts {
  unsigned host_count = 0;
  unsigned length_count = 0;
  bool has_transfer_encoding = false;
  unsigned coding_count = 0;  // elements of Transfer-Encoding
  bool chunked_last = false;
  bool chunked_before_last = false;
  bool unknown_coding = false;
  bool bad_length = false;
  std::uint64_t content_length = 0;
  unsigned connection_options = 0;
  bool connection_close = false;
  bool connection_keep_alive = false;
  bool connection_upgrade = false;
};
MessageFacts gather_facts(const Fields& fields);

// What a length is read as that no counter holds: larger than any limit.
inline constexpr std::uint64_t kEndlessLength = UINT64_MAX;

// 1*DIGIT: no sign, no space, no list (RFC 9110 §8.6).
std::optional<std::uint64_t> parse_content_length(std::string_view value);

}  // namespace gateway::http
