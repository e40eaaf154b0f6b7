#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "gatewayd/http/head.h"

namespace gateway::http {

// A set of field ids, for what must not be passed on.
using FieldSet = std::uint64_t;
constexpr FieldSet bit(FieldId id) {
  return FieldSet{1} << static_cast<unsigned>(id);
}

// Fields of one hop, and those that frame a message, which each hop writes anew (RFC 9110 §7.6.1).
inline constexpr FieldSet kHopByHop =
    bit(FieldId::connection) | bit(FieldId::keep_alive) | bit(FieldId::proxy_connection) |
    bit(FieldId::te) | bit(FieldId::transfer_encoding) | bit(FieldId::upgrade) |
    bit(FieldId::content_length) | bit(FieldId::proxy_authenticate) |
    bit(FieldId::proxy_authorization);

// Appends the lines of `fields` as received, but for those in `without` and those that the
// message's own Connection names.
void append_fields(const Fields& fields, FieldSet without, std::string& out);

// Whether a field's line is passed on as it is; it may write another line in its place.
using PassOn = std::function<bool(const Field&, std::string&)>;
// The same, but for the fields that `passes` says no to.
void append_fields(const Fields& fields, FieldSet without, const PassOn& passes, std::string& out);

// Content-Length or Transfer-Encoding for `framing`; nothing for none and until_close.
void append_framing(Framing framing, std::uint64_t length, std::string& out);

void append_number(std::uint64_t number, std::string& out);

}  // namespace gateway::http
