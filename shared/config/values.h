#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/ip.h"
#include "shared/config/checked.h"

namespace gateway::config {

// Values of a checked table in the form that the model has them.

inline std::uint32_t count(const CheckedTable& table, std::string_view key) {
  return static_cast<std::uint32_t>(table.integer(key));  // the table of keys bounds it
}

inline std::vector<std::string> words(const CheckedTable& table, std::string_view key) {
  std::vector<std::string> words;
  for (auto& item : table.list(key)) words.push_back(std::move(item.value));
  return words;
}

inline std::vector<Cidr> networks(const CheckedTable& table, std::string_view key) {
  std::vector<Cidr> networks;
  for (const auto& item : table.list(key)) {
    if (const auto cidr = parse_cidr(item.value)) networks.push_back(*cidr);
  }
  return networks;
}

}  // namespace gateway::config
