#pragma once

#include <cstdint>
#include <string_view>

#include "shared/base/fields.h"
#include "shared/base/ip.h"
#include "shared/config/upstream.h"

namespace gateway::policy {

// What a request can be told apart by.
struct KeySource {
  const IpAddress& client;
  std::string_view user;  // empty: nobody has said who they are
  const Fields& fields;
};

// The hash of what `key` names, for hash balancing and sticky splits: the same for the same value
// in every gateway and after every start, and no secret. A header is its first line, its name
// compared without case; a cookie is the first of its name, compared with case. When the request
// has no such value, or an empty one, the client's address stands in: then one visitor who is not
// known yet still gets all of a page from the same place. Behind one shared address such visitors
// are alike. Kind::none is as client_ip.
std::uint64_t request_key_hash(const config::RequestKey& key, const KeySource& source);

}  // namespace gateway::policy
