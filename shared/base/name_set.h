#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/ascii.h"

namespace gateway {

// A small set of field names, compared without case. Built once a snapshot, asked for each field of
// each message: most names are told apart by their length alone.
class NameSet {
 public:
  void add(std::string_view name) {
    if (contains(name)) return;
    names_.emplace_back(name);
    lengths_ |= bit(name);
  }

  bool contains(std::string_view name) const {
    if ((lengths_ & bit(name)) == 0) return false;
    for (const std::string& known : names_) {
      if (ascii_iequals(known, name)) return true;
    }
    return false;
  }

  bool empty() const { return names_.empty(); }
  const std::vector<std::string>& names() const { return names_; }

 private:
  static std::uint64_t bit(std::string_view name) { return std::uint64_t{1} << (name.size() % 64); }

  std::uint64_t lengths_ = 0;
  std::vector<std::string> names_;
};

}  // namespace gateway
