#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/store/logs.h"
#include "shared/store/request_row.h"

namespace gateway::store {

// Which combinations of route, service, status and method a run of rows has, and how long the
// slowest request of each took (its bucket of store::Histogram). Some 3 ns a row. One thread.
class RowGroups {
 public:
  static constexpr std::size_t kMost = 256;  // of more nothing is told

  RowGroups();
  void add(const RequestRow& row);
  void clear();
  // Varints: route, service, status, method, bucket of each. Empty: more than kMost.
  std::string encode() const;

 private:
  struct Group {
    std::uint32_t route = 0;
    std::uint32_t service = 0;
    std::uint16_t status = 0;
    std::uint8_t method = 0;
    std::uint32_t max_us = 0;
  };
  static constexpr std::size_t kSlots = kMost * 2;

  Group* find(const Group& wanted);

  std::vector<Group> groups_;
  std::array<std::uint16_t, kSlots> slots_{};  // 1 + index in groups_; 0: free
  bool too_many_ = false;
};

// The part of a filter that groups answer, with names as numbers.
struct GroupFilter {
  std::optional<std::uint32_t> route;
  std::optional<std::uint32_t> service;
  std::optional<StatusRange> status;
  std::string_view method;  // empty: any; must outlive this
  std::optional<std::uint32_t> slower_than_us;

  bool empty() const { return !route && !service && !status && method.empty() && !slower_than_us; }
};

// Whether a run of rows with these groups may have a row that `filter` keeps. Bytes that encode()
// never makes may have any.
bool may_hold(std::string_view encoded, const GroupFilter& filter);

}  // namespace gateway::store
