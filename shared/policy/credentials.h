#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/decider.h"
#include "shared/base/fields.h"
#include "shared/base/result.h"

namespace gateway::policy {

// What the Authorization field of a request holds (RFC 9110 §11.6.2). The view points into it.
struct Credentials {
  enum class Scheme : std::uint8_t { none, bearer, basic, other };
  Scheme scheme = Scheme::none;
  std::string_view value;  // what follows the scheme, one token68; maybe empty
};

// Finds them. An error (a client's, 400) when the field stands twice, as two readers could take
// different ones, or when what follows Bearer or Basic is not one token68 (RFC 9110 §11.2).
// Lengths are bounded by the head's own limit.
Result<Credentials, Error> find_credentials(const Fields& fields);

}  // namespace gateway::policy
