#include "gatewayd/journal/redact.h"

#include <algorithm>
#include <cstdint>

#include "shared/base/ascii.h"

namespace gateway::journal {
namespace {

constexpr std::string_view kMask = "***";

int hex_value(char c) {
  const char lower = ascii_lower(c);
  if (lower >= '0' && lower <= '9') return lower - '0';
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return -1;
}

// The next decoded byte of `text`, in lower case, which is then removed. `text` is not empty.
char take_decoded(std::string_view& text) {
  const char first = text.front();
  if (first == '%' && text.size() >= 3) {
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    if (high >= 0 && low >= 0) {
      text.remove_prefix(3);
      return ascii_lower(static_cast<char>(high << 4 | low));
    }
  }
  text.remove_prefix(1);
  return first == '+' ? ' ' : ascii_lower(first);
}

bool equals_decoded(std::string_view encoded, std::string_view lower) {
  for (const char wanted : lower) {
    if (encoded.empty() || take_decoded(encoded) != wanted) return false;
  }
  return encoded.empty();
}

}  // namespace

Redactor::Redactor(const std::vector<std::string>& names) : names_(names) {
  for (std::string& name : names_) {
    std::transform(name.begin(), name.end(), name.begin(), ascii_lower);
  }
}

bool Redactor::names_secret(std::string_view key) const {
  return std::any_of(names_.begin(), names_.end(),
                     [&](const std::string& name) { return equals_decoded(key, name); });
}

std::string_view Redactor::mask(std::string_view query, std::string& out) const {
  if (query.empty() || names_.empty()) return query;
  bool masked = false;
  std::size_t copied = 0;  // bytes of query that stand in out
  std::size_t at = 0;
  while (at < query.size()) {
    const std::size_t key_end = std::min(query.find_first_of("=&;", at), query.size());
    const bool has_value = key_end < query.size() && query[key_end] == '=';
    if (has_value && names_secret(query.substr(at, key_end - at))) {
      if (!masked) out.clear();
      masked = true;
      out.append(query.substr(copied, key_end + 1 - copied)).append(kMask);
      copied = std::min(query.find('&', key_end), query.size());
      at = copied + 1;
    } else {
      const std::size_t end = std::min(query.find_first_of("&;", key_end), query.size());
      at = end + 1;
    }
  }
  if (!masked) return query;
  out.append(query.substr(copied));
  return out;
}

}  // namespace gateway::journal
