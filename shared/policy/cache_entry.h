#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/fields.h"
#include "shared/policy/cache_answer.h"
#include "shared/policy/cache_budget.h"
#include "shared/policy/cache_key.h"
#include "shared/policy/precondition.h"

namespace gateway::policy {

// A kept answer's content. Shared by the entry and those that follow it by validation; const once
// kept, but for the compressed forms, which are made of it as clients ask for them. Any thread.
class CacheBody {
 public:
  struct Coded {
    std::string bytes;
    CacheShare share;
  };

  std::string bytes;
  CacheShare share;

  // The form in the coding of this index (policy::Coding); null: it was not made yet.
  std::shared_ptr<const Coded> coded(std::size_t coding) const {
    const std::lock_guard lock(mutex_);
    return coded_[coding];
  }
  void keep_coded(std::size_t coding, std::shared_ptr<const Coded> form) const {
    const std::lock_guard lock(mutex_);
    coded_[coding] = std::move(form);
  }

 private:
  static constexpr std::size_t kCodings = 3;
  mutable std::mutex mutex_;
  mutable std::array<std::shared_ptr<const Coded>, kCodings> coded_;
};

// One kept answer to GET. Const once it is in the store; whoever sends it holds on to it.
struct CacheEntry {
  std::string key;  // write_cache_key()
  std::uint64_t hash = 0;
  std::uint32_t slot = 0;        // of CacheStore's table of changes
  std::uint32_t generation = 0;  // of that slot when the request began
  std::uint64_t purges = 0;      // how many there had been then

  std::uint16_t status = 200;
  std::uint8_t minor = 1;
  std::string head;  // what follows the version in the status line, CRLF, then field lines
  std::string_view status_line_rest;  // of `head`
  Fields fields;                      // of `head`
  Validators validators;              // of `head`
  std::vector<std::string_view> tags;
  VaryValues vary;
  CacheTimes times;
  std::shared_ptr<const CacheBody> body;
  CacheShare share;  // of the budget, the body's apart

  // Not an answer: for so long it is known that none is kept here, and nobody waits for one.
  std::int64_t passes_until = 0;  // Unix seconds; 0: it is an answer
};

// The bytes that an entry is charged for beside its texts: what it and its place in the store take,
// with the allocator's share.
inline constexpr std::size_t kEntryOverhead = 512;
std::size_t charge_of(const CacheEntry& entry);

// Takes the head apart from what an upstream sent and makes the entry's own copy of it: without
// hop-by-hop fields, those that Connection names, Content-Length and Age, which are made anew.
void copy_head(CacheEntry& entry, std::string_view status_line_rest, const Fields& fields);

// The head of `old` as a 304 with `fields` makes it (RFC 9111 §3.2), into `entry`, whose body is
// that of `old`.
void update_head(CacheEntry& entry, const CacheEntry& old, const Fields& fields);

}  // namespace gateway::policy
