#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/policy/identity.h"

namespace gateway::policy {

// What is known of credentials that were verified.
struct KnownIdentity {
  std::shared_ptr<const Identity> identity;
  UnixMicros fresh_until = 0;  // until then it counts without asking anybody again
  UnixMicros keep_until = 0;   // until then it is remembered at all
};

// Verified credentials of one worker, by their full text: a hit costs a short hash and one
// comparison, where a cryptographic digest would cost as much as what it saves. Only what was
// verified is put in, so nobody fills it with garbage; and since its texts end in a signature or in
// an issuer's random bytes, nobody chooses the bucket of another's. The comparison's time tells
// nothing either: it starts only for a text whose hash is equal, which needs the secret end of it.
//
// At most `capacity` entries; memory is capacity times the longest text that the caller puts in,
// with its identity. When full, an entry that was not used since the hand last passed gives way
// (clock). One thread.
class TokenCache {
 public:
  explicit TokenCache(std::size_t capacity);  // 0: remembers nothing

  // Forgets everything unless `generation` is that of the last call; called with the number of the
  // rules and keys that a request is decided by before the cache is asked.
  void use_generation(std::uint64_t generation);

  // Null when unknown or when keep_until has come. Holds until the next call of this object.
  const KnownIdentity* find(std::string_view text, UnixMicros now);
  // Replaces what is known of the same text.
  void insert(std::string_view text, KnownIdentity known);
  void erase(std::string_view text);

  std::size_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Slot {
    std::string text;
    std::size_t hash = 0;
    KnownIdentity known;
    std::uint32_t next = kNone;  // in its bucket
    bool used = false;           // since the hand passed
    bool free = true;
  };

  static std::size_t hash_of(std::string_view text);
  std::uint32_t& bucket(std::size_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }
  std::uint32_t index_of(std::string_view text, std::size_t hash);
  std::uint32_t take_slot();
  void release(std::uint32_t index);

  std::size_t capacity_;
  std::uint64_t generation_ = 0;
  std::size_t size_ = 0;
  std::size_t hand_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> buckets_;
};

}  // namespace gateway::policy
