#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/ip.h"
#include "shared/config/checked.h"
#include "shared/config/policies.h"

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

inline CompressMode compress_mode(std::string_view word) {
  if (word == "all") return CompressMode::all;
  return word == "safe" ? CompressMode::safe : CompressMode::off;
}

// "client_ip", "user", "header:NAME" or "cookie:NAME"; the table of keys lets nothing else through.
inline RequestKey request_key(std::string_view word) {
  constexpr std::string_view kHeader = "header:";
  constexpr std::string_view kCookie = "cookie:";
  if (word == "client_ip") return {RequestKey::Kind::client_ip, ""};
  if (word == "user") return {RequestKey::Kind::user, ""};
  if (word.starts_with(kHeader)) {
    return {RequestKey::Kind::header, std::string(word.substr(kHeader.size()))};
  }
  if (word.starts_with(kCookie)) {
    return {RequestKey::Kind::cookie, std::string(word.substr(kCookie.size()))};
  }
  return {};
}

}  // namespace gateway::config
