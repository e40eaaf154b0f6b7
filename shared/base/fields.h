#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/base/ascii.h"

namespace gateway {

// Header fields that the gateway itself has a rule for; all others are `other`.
enum class FieldId : std::uint8_t {
  other,
  accept_encoding,
  access_control_request_method,
  age,
  authorization,
  cache_control,
  connection,
  content_encoding,
  content_length,
  content_type,
  cookie,
  date,
  etag,
  expect,
  forwarded,
  host,
  if_modified_since,
  if_none_match,
  keep_alive,
  max_forwards,
  origin,
  proxy_authenticate,
  proxy_authorization,
  proxy_connection,
  range,
  set_cookie,
  te,
  traceparent,
  tracestate,
  trailer,
  transfer_encoding,
  upgrade,
  vary,
  via,
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_proto,
  x_request_id,
};

// The id of a field name, compared without case.
FieldId identify_field(std::string_view name);

// One field line. The views point into the buffer it was received in; `line` is the whole of it
// with its CRLF, as it may be passed on.
struct Field {
  std::string_view name;
  std::string_view value;  // without the white space around it
  std::string_view line;
  FieldId id = FieldId::other;
};

// In the order received; a name may stand more than once.
using Fields = std::vector<Field>;

// The first field with this id, or nothing.
const Field* find_field(const Fields& fields, FieldId id);
// The first field of this name, compared without case; for names that have no id of their own.
const Field* find_field(const Fields& fields, std::string_view name);

// Calls `item(element)` for each element of a comma-separated list value (RFC 9110 §5.6.1), without
// white space and without empty elements.
template <class Item>
void for_each_element(std::string_view list, Item item) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim_ows(list.substr(0, comma));
    if (!element.empty()) item(element);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
}

}  // namespace gateway
