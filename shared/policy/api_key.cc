#include "shared/policy/api_key.h"

#include <algorithm>

#include "shared/base/timestamp.h"
#include "shared/policy/configured_identity.h"

namespace gateway::policy {
namespace {

using Kind = ApiKeyVerdict::Kind;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool percent_decode(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_value(text[i + 2]);
    if (low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

unsigned prefix(const Sha256& digest) {
  return digest[0] * 256U + digest[1];
}

// The keys that a request presents: the last one, and how many there are.
struct Presented {
  std::string_view key;
  std::size_t count = 0;
  bool readable = true;

  void take(std::string_view value) {
    key = value;
    ++count;
  }
};

void find_in_query(std::string_view query, const std::string& wanted, std::string& scratch,
                   Presented& presented) {
  std::string name;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    // A name can only grow threefold by its escapes.
    if (equals > 3 * wanted.size() || !percent_decode(pair.substr(0, equals), name)) continue;
    if (name != wanted) continue;
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    presented.readable =
        presented.readable && value.size() <= 3 * kMaxApiKeySize && percent_decode(value, scratch);
    presented.take(scratch);
  }
}

}  // namespace

std::optional<Sha256> parse_sha256(std::string_view hex) {
  Sha256 digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = hex_value(hex[2 * i]);
    const int low = hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

ApiKeyRules::ApiKeyRules(const config::ApiKeyAuth& auth)
    : header_(auth.header), query_(auth.query) {
  for (const config::ApiKey& key : auth.keys) {
    const auto digest = parse_sha256(key.sha256);
    const auto expires =
        key.expires->empty() ? std::optional<UnixMicros>(0) : parse_rfc3339(*key.expires);
    if (!digest || !expires) continue;
    entries_.push_back(
        {*digest, configured_identity(key.name, "api_key", key.roles, key.scopes, *expires)});
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.digest < b.digest; });
}

ApiKeyVerdict ApiKeyRules::check(const Fields& fields, std::string_view query,
                                 UnixMicros now) const {
  Presented presented;
  for (const Field& field : fields) {
    if (!header_.empty() && ascii_iequals(field.name, header_)) presented.take(field.value);
  }
  std::string scratch;
  if (!query_.empty()) find_in_query(query, query_, scratch, presented);
  if (presented.count == 0) return {};
  if (presented.count > 1) {
    return {Kind::malformed, nullptr, "the request has more than one API key"};
  }
  if (!presented.readable) return {Kind::malformed, nullptr, "the API key cannot be read"};
  return look_up(presented.key, now);
}

ApiKeyVerdict ApiKeyRules::look_up(std::string_view key, UnixMicros now) const {
  const ApiKeyVerdict unknown{Kind::unknown, nullptr, "the API key is not known"};
  if (key.empty() || key.size() > kMaxApiKeySize) return unknown;
  const Sha256 digest = sha256({key});
  auto at = std::lower_bound(
      entries_.begin(), entries_.end(), prefix(digest),
      [](const Entry& entry, unsigned bits) { return prefix(entry.digest) < bits; });
  const Entry* found = nullptr;
  for (; at != entries_.end() && prefix(at->digest) == prefix(digest); ++at) {
    if (equal_in_constant_time(at->digest, digest)) found = &*at;
  }
  if (found == nullptr) return unknown;
  const UnixMicros expires = found->identity->expires;
  if (expires != 0 && now >= expires) {
    return {Kind::expired, nullptr, "the API key has expired"};
  }
  return {Kind::good, found->identity, ""};
}

}  // namespace gateway::policy
