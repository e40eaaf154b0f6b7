#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gateway::policy {

// Which certificate answers to a server name (RFC 6066 §3, RFC 6125 §6.4): the first one that has
// the name itself, else the first with a wildcard for its leftmost label, else the first of all.
class NameChoice {
 public:
  // The names of each certificate: lower case, without a trailing dot, "*.example.com".
  explicit NameChoice(const std::vector<std::vector<std::string>>& names);

  // `server_name` in any case, maybe with a trailing dot; empty: the client named none.
  std::size_t choose(std::string_view server_name) const;

 private:
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace gateway::policy
