#include "shared/base/fields.h"

#include <algorithm>

namespace gateway {
namespace {

FieldId either(std::string_view name, std::string_view known, FieldId id) {
  return ascii_iequals(name, known) ? id : FieldId::other;
}

}  // namespace

// By length first: nearly every name is told apart by it alone, and one comparison is left.
FieldId identify_field(std::string_view name) {
  using enum FieldId;
  switch (name.size()) {
    case 2:
      return either(name, "te", te);
    case 3:
      return either(name, "via", via);
    case 4:
      switch (ascii_lower(name[0])) {
        case 'h':
          return either(name, "host", host);
        case 'v':
          return either(name, "vary", vary);
        default:
          return either(name, "date", date);
      }
    case 6:
      switch (ascii_lower(name[0])) {
        case 'c':
          return either(name, "cookie", cookie);
        case 'o':
          return either(name, "origin", origin);
        default:
          return either(name, "expect", expect);
      }
    case 7:
      return ascii_lower(name[0]) == 'u' ? either(name, "upgrade", upgrade)
                                         : either(name, "trailer", trailer);
    case 9:
      return either(name, "forwarded", forwarded);
    case 10:
      return ascii_lower(name[0]) == 'c' ? either(name, "connection", connection)
                                         : either(name, "keep-alive", keep_alive);
    case 12:
      switch (ascii_lower(name[0])) {
        case 'x':
          return either(name, "x-request-id", x_request_id);
        case 'c':
          return either(name, "content-type", content_type);
        default:
          return either(name, "max-forwards", max_forwards);
      }
    case 13:
      return either(name, "authorization", authorization);
    case 14:
      return either(name, "content-length", content_length);
    case 15:
      return either(name, "x-forwarded-for", x_forwarded_for);
    case 16:
      return ascii_lower(name[0]) == 'x' ? either(name, "x-forwarded-host", x_forwarded_host)
                                         : either(name, "proxy-connection", proxy_connection);
    case 17:
      return ascii_lower(name[0]) == 'x' ? either(name, "x-forwarded-proto", x_forwarded_proto)
                                         : either(name, "transfer-encoding", transfer_encoding);
    case 18:
      return either(name, "proxy-authenticate", proxy_authenticate);
    case 19:
      return either(name, "proxy-authorization", proxy_authorization);
    case 29:
      return either(name, "access-control-request-method", access_control_request_method);
    default:
      return other;
  }
}

const Field* find_field(const Fields& fields, FieldId id) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [id](const Field& f) { return f.id == id; });
  return found == fields.end() ? nullptr : &*found;
}

const Field* find_field(const Fields& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [name](const Field& f) { return ascii_iequals(f.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace gateway
