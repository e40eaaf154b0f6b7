#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "shared/routing/text_index.h"

namespace gateway::routing {

// From the host patterns of routes to numbers. "*.example.com" takes every name below example.com,
// at any depth, and not example.com itself. Hosts are in lower case.
class HostIndex {
 public:
  std::uint32_t find_or_add(std::string_view pattern, std::uint32_t number) {
    if (!pattern.starts_with("*.")) return names_.find_or_add(kExact, pattern, number);
    const std::string_view suffix = pattern.substr(1);
    longest_suffix_ = std::max(longest_suffix_, suffix.size());
    return names_.find_or_add(kWildcard, suffix, number);
  }

  // Calls `take` with the number of every pattern that covers `host`, the most specific first.
  // `host` may itself be a wildcard pattern: then with those that cover all of it.
  template <class Take>
  void for_each_cover(std::string_view host, Take&& take) const {
    if (const std::uint32_t number = names_.find(kExact, host); number != TextIndex::kNone) {
      take(number);
    }
    if (longest_suffix_ == 0) return;
    // Suffixes longer than any known one are not hashed, so a long hostile Host costs one scan.
    std::size_t dot = host.size() > longest_suffix_ ? host.size() - longest_suffix_ : 1;
    for (dot = host.find('.', dot); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
      const std::uint32_t number = names_.find(kWildcard, host.substr(dot));
      if (number != TextIndex::kNone) take(number);
    }
  }

 private:
  static constexpr std::uint32_t kExact = 0;
  static constexpr std::uint32_t kWildcard = 1;

  TextIndex names_;
  std::size_t longest_suffix_ = 0;  // of a wildcard, its dot included; 0: there is none
};

}  // namespace gateway::routing
