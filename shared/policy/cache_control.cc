#include "shared/policy/cache_control.h"

#include <algorithm>
#include <array>

namespace gateway::policy {
namespace {

constexpr std::array<std::string_view, 2> kTargets = {"gateway-cache-control", "cdn-cache-control"};

void shorten(std::optional<seconds>& time, std::string_view text) {
  const seconds given = parse_delta(text).value_or(seconds(0));
  time = time ? std::min(*time, given) : given;
}

struct Flag {
  std::string_view name;
  bool CacheControl::*flag;
};
constexpr std::array kFlags = {Flag{"no-store", &CacheControl::no_store},
                               Flag{"no-cache", &CacheControl::no_cache},
                               Flag{"private", &CacheControl::is_private},
                               Flag{"public", &CacheControl::is_public},
                               Flag{"must-revalidate", &CacheControl::must_revalidate},
                               Flag{"proxy-revalidate", &CacheControl::proxy_revalidate},
                               Flag{"no-transform", &CacheControl::no_transform},
                               Flag{"only-if-cached", &CacheControl::only_if_cached}};

struct Time {
  std::string_view name;
  std::optional<seconds> CacheControl::*time;
};
constexpr std::array kTimes = {
    Time{"max-age", &CacheControl::max_age},
    Time{"s-maxage", &CacheControl::s_maxage},
    Time{"min-fresh", &CacheControl::min_fresh},
    Time{"stale-while-revalidate", &CacheControl::stale_while_revalidate},
    Time{"stale-if-error", &CacheControl::stale_if_error}};

void take(std::string_view name, std::string_view value, CacheControl& out) {
  for (const Flag& flag : kFlags) {
    if (ascii_iequals(name, flag.name)) {
      out.*flag.flag = true;
      return;
    }
  }
  for (const Time& time : kTimes) {
    if (ascii_iequals(name, time.name)) return shorten(out.*time.time, value);
  }
  if (!ascii_iequals(name, "max-stale")) return;
  value.empty() ? void(out.any_stale = true) : shorten(out.max_stale, value);
}

// Where the element at the front of `list` ends: at a comma that is in no quotes.
std::size_t element_end(std::string_view list) {
  bool quoted = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (quoted && list[i] == '\\') {
      ++i;
    } else if (list[i] == '"') {
      quoted = !quoted;
    } else if (list[i] == ',' && !quoted) {
      return i;
    }
  }
  return list.size();
}

std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

void parse(std::string_view list, CacheControl& out) {
  while (!list.empty()) {
    const std::size_t end = element_end(list);
    const std::string_view element = trim_ows(list.substr(0, end));
    const std::size_t equals = element.find('=');
    const std::string_view name = trim_ows(element.substr(0, equals));
    const std::string_view value =
        equals == element.npos ? std::string_view() : trim_ows(element.substr(equals + 1));
    take(name, unquoted(value), out);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
         c == '*';
}

// One member of a dictionary (RFC 8941 §3.2), without its parameters. Strict about names; of a
// value only integers, booleans, tokens and strings are known, which is all that directives have.
bool take_member(std::string_view member, CacheControl& out) {
  member = trim_ows(member);
  std::size_t at = 0;
  while (at < member.size() && is_key_char(member[at])) ++at;
  const bool lower = at > 0 && ((member[0] >= 'a' && member[0] <= 'z') || member[0] == '*');
  if (!lower) return false;
  const std::string_view name = member.substr(0, at);
  if (at == member.size() || member[at] == ';') {
    take(name, {}, out);
    return true;
  }
  if (member[at] != '=' || at + 1 == member.size()) return false;
  std::string_view value = member.substr(at + 1);
  if (value.front() != '"') value = value.substr(0, value.find(';'));
  if (value.empty() || value.find_first_of(" \t") == 0) return false;
  if (value == "?0") return true;
  take(name, value == "?1" ? std::string_view() : unquoted(value), out);
  return true;
}

bool parse_dictionary(std::string_view list, CacheControl& out) {
  while (!list.empty()) {
    const std::size_t end = element_end(list);
    if (!take_member(list.substr(0, end), out)) return false;
    if (end + 1 == list.size()) return false;  // a comma with nothing behind it
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return true;
}

}  // namespace

std::optional<seconds> parse_delta(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min(value * 10 + (c - '0'), std::int64_t{kLongestDelta.count()});
  }
  return seconds(value);
}

CacheControl parse_answer_cache_control(const Fields& fields) {
  CacheControl control;
  for (const Field& field : fields) {
    if (field.id == FieldId::cache_control) parse(field.value, control);
  }
  return control;
}

CacheControl parse_request_cache_control(const Fields& fields) {
  CacheControl control;
  bool said = false;
  const Field* pragma = nullptr;
  for (const Field& field : fields) {
    if (field.id == FieldId::cache_control) {
      said = true;
      parse(field.value, control);
    } else if (field.id == FieldId::other && ascii_iequals(field.name, "pragma")) {
      pragma = &field;
    }
  }
  if (said || pragma == nullptr) return control;
  for_each_element(pragma->value, [&](std::string_view word) {
    control.no_cache |= ascii_iequals(word, "no-cache");
  });
  return control;
}

std::optional<CacheControl> parse_targeted_cache_control(const Fields& fields) {
  for (const std::string_view target : kTargets) {
    CacheControl control;
    bool said = false;
    bool good = true;
    for (const Field& field : fields) {
      if (field.id != FieldId::other || !ascii_iequals(field.name, target)) continue;
      said |= !trim_ows(field.value).empty();
      good = good && parse_dictionary(field.value, control);
    }
    if (said && good) return control;
  }
  return std::nullopt;
}

}  // namespace gateway::policy
