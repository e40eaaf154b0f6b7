#pragma once

#include <string_view>

namespace gateway::policy {

// One element of a list with weights, as Accept and its like have: "gzip;q=0.8".
struct Weighted {
  std::string_view word;  // without parameters
  int weight = 1000;      // qvalue (RFC 9110 §12.4.2) in thousandths; what is none counts as 0
};

Weighted parse_weighted(std::string_view element);

}  // namespace gateway::policy
