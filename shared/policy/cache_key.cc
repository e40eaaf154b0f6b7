#include "shared/policy/cache_key.h"

#include "shared/base/append.h"
#include "shared/policy/cookies.h"

namespace gateway::policy {
namespace {

std::string_view value_of(const config::RequestKey& key, const KeySource& source) {
  using Kind = config::RequestKey::Kind;
  switch (key.kind) {
    case Kind::user:
      return source.user;
    case Kind::header: {
      const Field* field = find_field(source.fields, key.name);
      return field == nullptr ? std::string_view() : field->value;
    }
    case Kind::cookie:
      return find_cookie(source.fields, key.name).value;
    default:
      return {};
  }
}

// All lines of a field as one list, without white space around its elements: how a client lays out
// the same preferences must not make another answer.
void append_normal_value(const Fields& request, std::string_view name, std::string& out) {
  for (const Field& field : request) {
    if (!ascii_iequals(field.name, name)) continue;
    for_each_element(field.value, [&out](std::string_view element) {
      out.append(element).push_back(',');
    });
  }
}

template <class Tag>
void for_each_word(std::string_view text, char between, Tag tag) {
  while (!text.empty()) {
    const std::size_t end = text.find(between);
    const std::string_view word = trim_ows(text.substr(0, end));
    if (!word.empty() && word.size() <= kMaxTag) tag(word);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

}  // namespace

void write_cache_key(const CacheTarget& target, const CacheRules& rules, const KeySource& source,
                     std::string& out) {
  const bool rewritten = target.upstream_path != target.path;
  out.clear();
  append_all(out, target.secure ? "s\n" : "\n", target.host, "\n", target.path, "\n", target.route,
             "\n", target.service, "\n", rewritten ? target.upstream_path : std::string_view(),
             target.has_query ? "?" : "", target.query);
  for (const config::RequestKey& key : rules.key) out.append("\n").append(value_of(key, source));
}

CachePlace place_in(std::string_view key) {
  CachePlace place;
  key.remove_prefix(std::min(key.find('\n'), key.size() - 1) + 1);
  place.host = key.substr(0, key.find('\n'));
  key.remove_prefix(std::min(place.host.size() + 1, key.size()));
  place.path = key.substr(0, key.find('\n'));
  return place;
}

bool read_vary(const Fields& answer, const Fields& request, FieldId besides, VaryValues& out) {
  out.clear();
  bool few = true;
  for (const Field& field : answer) {
    if (field.id != FieldId::vary) continue;
    for_each_element(field.value, [&](std::string_view name) {
      const bool left_out = besides != FieldId::other && identify_field(name) == besides;
      if (left_out || !few) return;
      few = out.size() < kMaxVary;
      if (!few) return;
      auto& [kept_name, value] = out.emplace_back(name, "");
      append_normal_value(request, kept_name, value);
    });
  }
  return few;
}

bool vary_matches(const VaryValues& values, const Fields& request) {
  std::string now;
  for (const auto& [name, value] : values) {
    now.clear();
    append_normal_value(request, name, now);
    if (now != value) return false;
  }
  return true;
}

std::vector<std::string_view> cache_tags(const Fields& answer) {
  std::vector<std::string_view> tags;
  const auto add = [&tags](std::string_view tag) {
    if (tags.size() < kMaxTags) tags.push_back(tag);
  };
  for (const Field& field : answer) {
    if (field.id != FieldId::other) continue;
    if (ascii_iequals(field.name, "cache-tag")) for_each_word(field.value, ',', add);
    if (ascii_iequals(field.name, "surrogate-key")) for_each_word(field.value, ' ', add);
  }
  return tags;
}

}  // namespace gateway::policy
