#include "shared/store/row_groups.h"

#include <algorithm>

#include "shared/store/histogram.h"
#include "shared/store/varint.h"

namespace gateway::store {
namespace {

// Their place is what is stored, 0 stands for every other method: none may move.
constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"};

std::uint8_t method_number(std::string_view method) {
  const auto found = std::find(kMethods.begin(), kMethods.end(), method);
  return found == kMethods.end() ? std::uint8_t{0}
                                 : static_cast<std::uint8_t>(found - kMethods.begin() + 1);
}

bool keeps(const GroupFilter& filter, const std::array<std::uint64_t, 5>& group) {
  const auto [route, service, status, method, bucket] = group;
  if (filter.route && *filter.route != route) return false;
  if (filter.service && *filter.service != service) return false;
  if (filter.status && (status < filter.status->from || status > filter.status->to)) return false;
  if (!filter.method.empty() && method_number(filter.method) != method) return false;
  return !filter.slower_than_us || bucket >= Histogram::bucket_of(*filter.slower_than_us);
}

}  // namespace

RowGroups::RowGroups() {
  groups_.reserve(kMost);
}

// The group that is `wanted` but for its time, made when there is none; none when there are too
// many already.
RowGroups::Group* RowGroups::find(const Group& wanted) {
  std::uint64_t hash = std::uint64_t{wanted.route} << 32 | wanted.service;
  hash = (hash ^ (std::uint64_t{wanted.status} << 8 | wanted.method)) * 0x9e3779b97f4a7c15u;
  for (std::size_t slot = hash >> 55;; slot = (slot + 1) % kSlots) {
    if (slots_[slot] == 0) {
      if (groups_.size() == kMost) return nullptr;
      groups_.push_back(wanted);
      slots_[slot] = static_cast<std::uint16_t>(groups_.size());
      return &groups_.back();
    }
    Group& group = groups_[slots_[slot] - 1u];
    if (group.route == wanted.route && group.service == wanted.service &&
        group.status == wanted.status && group.method == wanted.method) {
      return &group;
    }
  }
}

void RowGroups::add(const RequestRow& row) {
  if (too_many_) return;
  Group* group =
      find({row.route, row.service, row.status, method_number(row.method), row.total_us});
  too_many_ = group == nullptr;
  if (group) group->max_us = std::max(group->max_us, row.total_us);
}

void RowGroups::clear() {
  groups_.clear();
  slots_.fill(0);
  too_many_ = false;
}

std::string RowGroups::encode() const {
  std::string out;
  if (too_many_) return out;
  for (const Group& group : groups_) {
    put_varint(out, group.route);
    put_varint(out, group.service);
    put_varint(out, group.status);
    put_varint(out, group.method);
    put_varint(out, Histogram::bucket_of(group.max_us));
  }
  return out;
}

bool may_hold(std::string_view encoded, const GroupFilter& filter) {
  if (encoded.empty()) return true;
  while (!encoded.empty()) {
    std::array<std::uint64_t, 5> group{};
    for (std::uint64_t& number : group) {
      if (!get_varint(encoded, number)) return true;
    }
    if (keeps(filter, group)) return true;
  }
  return false;
}

}  // namespace gateway::store
