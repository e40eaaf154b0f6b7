#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/decider.h"
#include "shared/base/fields.h"
#include "shared/config/policies.h"

namespace gateway::policy {

// What is asked of a request besides its fields.
struct RequestSizes {
  std::size_t url = 0;    // bytes of the target as received: path, "?" and query
  std::size_t query = 0;  // bytes behind the "?"
  bool has_body = false;  // a Content-Length above 0, or chunked
};

// Why a request is refused.
struct RequestFault {
  Decider decider = Decider::invalid_request;
  const char* why = "";   // a static sentence, fit for the client
  std::string_view name;  // the field or media type that it is about; may be empty
};

// What a route takes: media types of bodies, fields that must be there and not be empty, longest
// query and URL (a size equal to the limit passes).
//
// A media type is listed as "application/json", as "image/*", or as "application/*+json" for a
// structured suffix (RFC 6838 §4.2.8); parameters ("; charset=utf-8") are left out on both sides,
// case does not count. Only requests with a body are asked for one. A body without a Content-Type,
// with two, or with one that is no media type is refused with 415 as well.
//
// Built once a snapshot, const afterwards. Entries that a fault function refuses match nothing.
class RequestRules {
 public:
  explicit RequestRules(const config::RoutePolicies& route);

  // A static sentence on what is wrong with an entry of content_types or required_headers; nullptr
  // when nothing is.
  static const char* content_type_fault(std::string_view text);
  static const char* required_header_fault(std::string_view text);

  // Sizes first, then fields, then the body's type: the cheapest refusal first. `name` of the
  // result points into this object or the fields.
  std::optional<RequestFault> decide(const Fields& fields, const RequestSizes& sizes) const;

 private:
  struct MediaRange {
    std::string type;     // in lower case
    std::string subtype;  // empty: any
    std::string suffix;   // "+json"; any subtype that ends so
  };

  static std::optional<MediaRange> parse_range(std::string_view text);
  bool takes(std::string_view media_type) const;
  std::optional<RequestFault> judge_body(const Fields& fields) const;

  bool any_type_ = true;
  std::vector<MediaRange> types_;
  std::vector<std::string> required_;
  std::uint64_t max_query_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_url_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace gateway::policy
