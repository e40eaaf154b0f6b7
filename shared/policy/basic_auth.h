#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/config/policies.h"
#include "shared/policy/identity.h"
#include "shared/policy/password_hash.h"
#include "shared/policy/sha256.h"
#include "shared/policy/token_cache.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxBasicUserSize = 255;

struct BasicCredentials {
  std::string user;
  std::string password;  // may be empty and may hold colons
};

// Reads what follows the scheme (RFC 7617 §2): padded base64 of "user:password". Nothing for
// anything else, for control characters, an empty user, or parts over kMaxBasicUserSize and
// kMaxPasswordSize.
std::optional<BasicCredentials> parse_basic(std::string_view value);

// Users with a password. Built once a snapshot; const afterwards.
//
// Verifying takes tens of milliseconds, so it is a job for another thread:
//   candidate = rules.look_up(user)                       // on the worker
//   good = candidate.hash->verify(password)               // elsewhere; the rules must live on
//   if (good && candidate.identity != nullptr) …          // on the worker
// For a user who is not known the job is the same, with the hash of another user, and its outcome
// does not count: time does not tell who exists.
class BasicRules {
 public:
  struct Candidate {
    const PasswordHash* hash = nullptr;        // never null; the rules own it
    std::shared_ptr<const Identity> identity;  // null: not a user
  };

  // A user whose hash cannot be read never gets in (a checked config has none).
  explicit BasicRules(const config::BasicAuth& auth);

  Candidate look_up(std::string_view user) const;
  // Another number when users, hashes or roles are others: what was verified must be forgotten.
  std::uint64_t generation() const { return generation_; }

 private:
  struct User {
    PasswordHash hash;
    std::shared_ptr<const Identity> identity;
  };

  std::vector<User> users_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  PasswordHash nobody_;  // stands in when there is no user at all
  std::uint64_t generation_ = 0;
};

// Pairs of user and password that were verified, so that only the first request of a client costs
// a scrypt. Kept are digests under a key of this process, never a password. One thread.
class VerifiedPasswords {
 public:
  // `key`: random bytes that the process makes at its start.
  VerifiedPasswords(std::size_t capacity, const Sha256& key) : known_(capacity), key_(key) {}

  void use_generation(std::uint64_t generation) { known_.use_generation(generation); }
  // Null when this pair was not verified, or is forgotten.
  std::shared_ptr<const Identity> find(const BasicCredentials& credentials);
  void insert(const BasicCredentials& credentials, std::shared_ptr<const Identity> identity);

 private:
  Sha256 digest(const BasicCredentials& credentials) const;

  TokenCache known_;
  Sha256 key_;
};

}  // namespace gateway::policy
