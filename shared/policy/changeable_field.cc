#include "shared/policy/changeable_field.h"

#include "shared/base/fields.h"
#include "shared/policy/field_text.h"

namespace gateway::policy {

const char* unchangeable(std::string_view name) {
  if (!is_field_name(name)) return "expected a header name: letters, digits and \"-\"";
  if (name.size() > kMaxFieldNameBytes) return "a header name has at most 256 bytes";
  constexpr std::string_view kProxy = "proxy-";
  if (ascii_iequals(name.substr(0, kProxy.size()), kProxy)) {
    return "Proxy-… fields are between the gateway and its neighbours";
  }
  if (ascii_iequals(name, "http2-settings")) return "the gateway itself decides about HTTP/2";
  switch (identify_field(name)) {
    case FieldId::host:
      return "Host goes upstream as the client asked for it";
    case FieldId::content_length:
    case FieldId::transfer_encoding:
    case FieldId::trailer:
      return "the gateway itself frames the message";
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::te:
    case FieldId::upgrade:
      return "it belongs to one connection, not to the message";
    case FieldId::expect:
      return "the gateway itself answers to Expect";
    default:
      return nullptr;
  }
}

bool is_written_by_gateway(std::string_view name) {
  switch (identify_field(name)) {
    case FieldId::forwarded:
    case FieldId::via:
    case FieldId::x_forwarded_for:
    case FieldId::x_forwarded_host:
    case FieldId::x_forwarded_proto:
    case FieldId::x_request_id:
      return true;
    default:
      return false;
  }
}

}  // namespace gateway::policy
