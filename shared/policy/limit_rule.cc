#include "shared/policy/limit_rule.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "shared/base/ascii.h"

namespace gateway::policy {
namespace {

using routing::PathPattern;

// What identities are hashed under: they are no secret, but must stay the same.
constexpr HashKey kIdentityKey{0x67617465, 0x776179};
constexpr std::uint64_t kIdentityVersion = 1;

bool is_field_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// False only when no path matches both.
bool may_overlap(const PathPattern& a, const PathPattern& b) {
  const std::size_t common = std::min(a.segments.size(), b.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto& left = a.segments[i];
    const auto& right = b.segments[i];
    const bool literals = left.kind == PathPattern::Segment::Kind::literal &&
                          right.kind == PathPattern::Segment::Kind::literal;
    if (literals && left.text != right.text) return false;
  }
  if (a.segments.size() == b.segments.size()) {
    return a.rest || b.rest || a.trailing_slash == b.trailing_slash;
  }
  return a.segments.size() < b.segments.size() ? a.rest : b.rest;
}

struct AnyMatch {
  bool found = false;
  bool wants(std::uint32_t) const { return !found; }
  void take(std::uint32_t) { found = true; }
};

std::string_view field_value(const Fields* fields, const KeyPart& part) {
  if (fields == nullptr) return {};
  const Field* field = part.field == FieldId::other ? find_field(*fields, part.header)
                                                    : find_field(*fields, part.field);
  return field == nullptr ? std::string_view{} : field->value;
}

}  // namespace

std::optional<KeyPart> parse_key_part(std::string_view text) {
  using Kind = KeyPart::Kind;
  constexpr std::string_view kHeader = "header:";
  if (text == "global") return KeyPart{Kind::global, {}, {}};
  if (text == "ip") return KeyPart{Kind::ip, {}, {}};
  if (text == "user") return KeyPart{Kind::user, {}, {}};
  if (text == "endpoint") return KeyPart{Kind::endpoint, {}, {}};
  if (!text.starts_with(kHeader) || !is_field_name(text.substr(kHeader.size()))) {
    return std::nullopt;
  }
  KeyPart part{Kind::header, std::string(text.substr(kHeader.size())), {}};
  std::transform(part.header.begin(), part.header.end(), part.header.begin(), ascii_lower);
  part.field = identify_field(part.header);
  return part;
}

LimitRule::LimitRule(const config::Limit& limit)
    : name_(limit.name),
      rate_(make_rate(limit)),
      observe_(limit.observe),
      adaptive_(limit.adaptive),
      root_(tree_.add_root()) {
  for (const std::string& text : limit.key) {
    if (auto part = parse_key_part(text)) key_.push_back(*std::move(part));
  }
  // "ip" and "endpoint" count the same in either order.
  std::sort(key_.begin(), key_.end(), [](const KeyPart& a, const KeyPart& b) {
    return std::tie(a.kind, a.header) < std::tie(b.kind, b.header);
  });
  key_.erase(std::unique(key_.begin(), key_.end()), key_.end());

  std::array<std::uint8_t, 16> mask{};
  const unsigned prefix = std::min<unsigned>(limit.ipv6_prefix, 128);
  for (unsigned bit = 0; bit < prefix; ++bit) {
    mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | 0x80u >> bit % 8);
  }
  std::memcpy(prefix_mask_, mask.data(), mask.size());

  KeyedHash hash(kIdentityKey);
  hash.add_word(kIdentityVersion);
  hash.add_text(name_);
  hash.add_word(rate_.window_ms);
  hash.add_word(rate_.bucket ? 1 : 0);
  hash.add_word(prefix);
  for (const KeyPart& part : key_) {
    needs_user_ = needs_user_ || part.kind == KeyPart::Kind::user;
    hash.add_word(static_cast<std::uint64_t>(part.kind));
    hash.add_text(part.header);
  }
  identity_ = hash.finish();

  for (const std::string& text : limit.paths) {
    auto pattern = routing::parse_path_pattern(text);
    if (!pattern) continue;
    everywhere_ = everywhere_ || (pattern->rest && pattern->segments.empty());
    tree_.insert(root_, *pattern, 0);
    patterns_.push_back(std::move(*pattern));
  }
}

void LimitRule::add_address(KeyedHash& hash, const IpAddress& address) const {
  std::uint64_t words[2];
  std::memcpy(words, address.bytes.data(), sizeof(words));
  if (!address.is_v4()) {
    words[0] &= prefix_mask_[0];
    words[1] &= prefix_mask_[1];
  }
  hash.add_word(words[0]);
  hash.add_word(words[1]);
}

std::uint64_t LimitRule::entry_id(const HashKey& key, std::uint64_t route,
                                  const LimitRequest& request) const {
  KeyedHash hash(key);
  hash.add_word(identity_);
  for (const KeyPart& part : key_) {
    switch (part.kind) {
      case KeyPart::Kind::global:
        break;
      case KeyPart::Kind::ip:
        add_address(hash, request.client);
        break;
      case KeyPart::Kind::user:
        hash.add_text(request.user);  // never empty for a user
        if (request.user.empty()) add_address(hash, request.client);
        break;
      case KeyPart::Kind::endpoint:
        hash.add_word(route);
        hash.add_text(request.method);
        break;
      case KeyPart::Kind::header:
        hash.add_text(field_value(request.fields, part));
        break;
    }
  }
  return std::max<std::uint64_t>(hash.finish(), 1);
}

LimitRule::Reach LimitRule::reach(const PathPattern& route) const {
  if (everywhere_) return Reach::always;
  AnyMatch cover;
  tree_.visit_covers(root_, route, cover);
  if (cover.found) return Reach::always;
  const bool some = std::any_of(patterns_.begin(), patterns_.end(),
                                [&](const PathPattern& own) { return may_overlap(own, route); });
  return some ? Reach::sometimes : Reach::never;
}

bool LimitRule::reaches(std::string_view path) const {
  AnyMatch match;
  routing::PatternTree::SegmentEnds ends;
  tree_.visit_matches(root_, path, ends, match);
  return match.found;
}

std::uint64_t route_identity(std::string_view name) {
  KeyedHash hash(kIdentityKey);
  hash.add_text(name);
  return hash.finish();
}

}  // namespace gateway::policy
