#pragma once

#include <string>
#include <vector>

namespace gateway::acme {

// A fresh key on P-256 and what asks for its certificate.
struct Request {
  std::string key;  // PEM
  std::string csr;  // for `names`, in DER (RFC 2986)
};
Request request_for(const std::vector<std::string>& names);

// A certificate for `names` that its own key has signed, with that key, both in PEM: what serves
// until an authority has certified one. Good for 30 days from `now` (Unix seconds).
std::string self_signed(const std::vector<std::string>& names, std::int64_t now);

}  // namespace gateway::acme
