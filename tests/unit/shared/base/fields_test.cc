#include "shared/base/fields.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace gateway {
namespace {

const std::vector<std::pair<std::string, FieldId>> kNames = {
    {"access-control-request-method", FieldId::access_control_request_method},
    {"authorization", FieldId::authorization},
    {"accept-encoding", FieldId::accept_encoding},
    {"age", FieldId::age},
    {"cache-control", FieldId::cache_control},
    {"connection", FieldId::connection},
    {"content-encoding", FieldId::content_encoding},
    {"content-length", FieldId::content_length},
    {"content-type", FieldId::content_type},
    {"cookie", FieldId::cookie},
    {"date", FieldId::date},
    {"etag", FieldId::etag},
    {"expect", FieldId::expect},
    {"forwarded", FieldId::forwarded},
    {"host", FieldId::host},
    {"if-modified-since", FieldId::if_modified_since},
    {"if-none-match", FieldId::if_none_match},
    {"keep-alive", FieldId::keep_alive},
    {"max-forwards", FieldId::max_forwards},
    {"origin", FieldId::origin},
    {"proxy-authenticate", FieldId::proxy_authenticate},
    {"proxy-authorization", FieldId::proxy_authorization},
    {"proxy-connection", FieldId::proxy_connection},
    {"range", FieldId::range},
    {"set-cookie", FieldId::set_cookie},
    {"te", FieldId::te},
    {"traceparent", FieldId::traceparent},
    {"tracestate", FieldId::tracestate},
    {"trailer", FieldId::trailer},
    {"transfer-encoding", FieldId::transfer_encoding},
    {"upgrade", FieldId::upgrade},
    {"vary", FieldId::vary},
    {"via", FieldId::via},
    {"x-forwarded-for", FieldId::x_forwarded_for},
    {"x-forwarded-host", FieldId::x_forwarded_host},
    {"x-forwarded-proto", FieldId::x_forwarded_proto},
    {"x-request-id", FieldId::x_request_id},
};

TEST_CASE("names are known in whatever case") {
  for (const auto& [name, id] : kNames) {
    CAPTURE(name);
    CHECK(identify_field(name) == id);
    std::string other = name;
    for (std::size_t i = 0; i < other.size(); i += 2) {
      if (other[i] >= 'a') other[i] = static_cast<char>(other[i] - 32);
    }
    CHECK(identify_field(other) == id);
  }
}

TEST_CASE("a name with any octet changed is another one") {
  for (const auto& [name, id] : kNames) {
    for (std::size_t at = 0; at < name.size(); ++at) {
      for (int octet = 0; octet < 256; ++octet) {
        std::string other = name;
        other[at] = static_cast<char>(octet);
        if (ascii_iequals(other, name)) continue;
        CAPTURE(other);
        REQUIRE(identify_field(other) == FieldId::other);
      }
    }
    CHECK(identify_field(name + "s") == FieldId::other);
    CHECK(identify_field(std::string_view(name).substr(1)) == FieldId::other);
  }
  CHECK(identify_field("") == FieldId::other);
}

}  // namespace
}  // namespace gateway
