#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gatewayd/journal/record.h"
#include "shared/store/reader.h"

namespace gateway::journal {

// Names and revisions with their numbers, given out at once and written by the journal's thread in
// the first transaction that could hold a row with them. Thread-safe.
class Ledger {
 public:
  using Names = std::vector<std::pair<NameId, std::string>>;
  static constexpr std::size_t kMaxNames = 1'000'000;  // further ones get 0
  static constexpr std::size_t kMaxName = 1024;        // bytes; cut off there

  Ledger(const Names& names, store::Revision last);

  NameId intern(std::string_view name);
  std::string name(NameId id) const;  // empty when unknown

  // The number of a config; a new one waits to be written.
  std::uint32_t revision(std::string_view sha256_hex, std::string_view by, UnixMicros now);
  // Until revision `id` is written, at most `wait`. True when it is.
  bool wait_written(std::uint32_t id, milliseconds wait);

  // For the journal's thread: what waits, and that the first of it are written now.
  struct Pending {
    Names names;
    std::vector<store::Revision> revisions;
    bool empty() const { return names.empty() && revisions.empty(); }
  };
  Pending pending() const;
  void written(const Pending& done);

 private:
  mutable std::mutex mutex_;
  std::condition_variable written_;
  std::map<std::string, NameId, std::less<>> ids_;
  std::map<NameId, std::string> names_;
  store::Revision last_;
  Pending pending_;
};

}  // namespace gateway::journal
