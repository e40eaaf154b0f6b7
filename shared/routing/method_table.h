#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "shared/routing/router.h"
#include "shared/routing/text_index.h"

namespace gateway::routing {

// Method names as small numbers, so that rules compare numbers.
class MethodTable {
 public:
  // A rule's methods in rising order, each once, HEAD added to GET; empty: every method.
  std::vector<std::uint32_t> number(const RouteRule& rule) {
    std::vector<std::uint32_t> numbers;
    for (const std::string& method : rule.methods) {
      numbers.push_back(add(method));
      if (method == "GET") numbers.push_back(add("HEAD"));
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  }

  // TextIndex::kNone for a method that no rule names.
  std::uint32_t find(std::string_view method) const { return numbers_.find(0, method); }
  const std::string& name(std::uint32_t number) const { return names_[number]; }

 private:
  std::uint32_t add(std::string_view method) {
    const auto next = static_cast<std::uint32_t>(names_.size());
    const std::uint32_t number = numbers_.find_or_add(0, method, next);
    if (number == next) names_.emplace_back(method);
    return number;
  }

  TextIndex numbers_;
  std::vector<std::string> names_;
};

}  // namespace gateway::routing
