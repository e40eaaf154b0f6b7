#include "shared/policy/basic_auth.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <utility>

#include "shared/base/base64.h"
#include "shared/policy/configured_identity.h"

namespace gateway::policy {
namespace {

constexpr std::size_t kMaxDecoded = kMaxBasicUserSize + 1 + kMaxPasswordSize;
constexpr UnixMicros kForever = std::numeric_limits<UnixMicros>::max();

std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::optional<BasicCredentials> parse_basic(std::string_view value) {
  std::string plain;
  if (value.size() > (kMaxDecoded + 2) / 3 * 4 || !decode_base64(Base64::standard, value, plain)) {
    return std::nullopt;
  }
  const bool control = std::any_of(plain.begin(), plain.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  const std::size_t colon = plain.find(':');
  if (control || colon == std::string::npos || colon == 0 || colon > kMaxBasicUserSize ||
      plain.size() - colon - 1 > kMaxPasswordSize) {
    return std::nullopt;
  }
  return BasicCredentials{plain.substr(0, colon), plain.substr(colon + 1)};
}

BasicRules::BasicRules(const config::BasicAuth& auth)
    : nobody_{{}, std::string(16, '\0'), std::string(32, '\0')} {
  std::string all;
  for (const config::BasicUser& user : auth.users) {
    const char* why = nullptr;
    auto hash = PasswordHash::parse(*user.hash, why);
    if (!hash || by_name_.contains(user.name)) continue;
    all.append(user.name).append(1, '\0').append(*user.hash).append(1, '\0');
    for (const std::string& role : user.roles) all.append(role).append(1, '\0');
    all.append(1, '\n');
    by_name_.emplace(user.name, users_.size());
    users_.push_back(
        {std::move(*hash), configured_identity(user.name, "basic", user.roles, {}, 0)});
  }
  const Sha256 digest = sha256({all});
  std::memcpy(&generation_, digest.data(), sizeof(generation_));
}

BasicRules::Candidate BasicRules::look_up(std::string_view user) const {
  if (const auto found = by_name_.find(user); found != by_name_.end()) {
    const User& known = users_[found->second];
    return {&known.hash, known.identity};
  }
  // Always the same stand-in for a name: where users' costs differ, its time does not waver.
  if (users_.empty()) return {&nobody_, nullptr};
  return {&users_[std::hash<std::string_view>{}(user) % users_.size()].hash, nullptr};
}

// The user has no NUL, so that two pairs never make the same bytes.
Sha256 VerifiedPasswords::digest(const BasicCredentials& credentials) const {
  return sha256({bytes_of(key_), credentials.user, {"\0", 1}, credentials.password});
}

std::shared_ptr<const Identity> VerifiedPasswords::find(const BasicCredentials& credentials) {
  const KnownIdentity* known = known_.find(bytes_of(digest(credentials)), 0);
  return known == nullptr ? nullptr : known->identity;
}

void VerifiedPasswords::insert(const BasicCredentials& credentials,
                               std::shared_ptr<const Identity> identity) {
  known_.insert(bytes_of(digest(credentials)), {std::move(identity), kForever, kForever});
}

}  // namespace gateway::policy
