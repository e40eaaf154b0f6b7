#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/fields.h"

namespace gateway::routing {

inline constexpr std::size_t kMaxConditions = 16;  // of one route, headers and query together

// A field or a parameter that a request must have, with this value.
struct Condition {
  std::string name;  // of a field: in lower case
  std::string value;
  auto operator<=>(const Condition&) const = default;
};

// All of them must hold.
// - A field's name is compared without case, its value octet by octet and whole: a list is not
// taken
//   apart. Of several lines of the name any may have the value.
// - A parameter's name and value are compared after decoding %XX and "+" (a space); case counts. A
//   "%" without two digits is itself. Of several of the name any may have the value; one without
//   "=" has an empty value.
struct Conditions {
  std::vector<Condition> headers;
  std::vector<Condition> query;

  bool empty() const { return headers.empty() && query.empty(); }
  std::size_t size() const { return headers.size() + query.size(); }
};

// What conditions are asked about. Without fields no condition on a header holds.
struct RequestParts {
  const Fields* fields = nullptr;
  std::string_view query;  // raw, without "?"
  // The request asks on behalf of another one (Fetch §3.2.2), whose fields are not there yet but in
  // part named by Access-Control-Request-Headers: then a condition on a field holds when it is
  // named there, as the value may be the right one.
  bool preflight = false;
};

// Whether all of them hold. Work grows with the request's fields and query, for each condition. No
// memory.
bool hold(const Conditions& conditions, const RequestParts& request);

}  // namespace gateway::routing
