#include "shared/routing/conditions.h"

#include <algorithm>

#include "shared/base/ascii.h"

namespace gateway::routing {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Whether `raw` means `text` once it is decoded.
bool means(std::string_view raw, std::string_view text) {
  std::size_t taken = 0;
  for (std::size_t at = 0; at < raw.size(); ++at, ++taken) {
    if (taken == text.size()) return false;
    char octet = raw[at] == '+' ? ' ' : raw[at];
    if (octet == '%' && raw.size() - at > 2) {
      const int high = hex_value(raw[at + 1]);
      const int low = hex_value(raw[at + 2]);
      if (high >= 0 && low >= 0) {
        octet = static_cast<char>(high << 4 | low);
        at += 2;
      }
    }
    if (octet != text[taken]) return false;
  }
  return taken == text.size();
}

bool has_parameter(std::string_view query, const Condition& wanted) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    if (part.empty() || !means(part.substr(0, equals), wanted.name)) continue;
    if (means(part.substr(std::min(equals + 1, part.size())), wanted.value)) return true;
  }
  return false;
}

bool has_field(const Fields& fields, const Condition& wanted) {
  return std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
    return ascii_iequals(field.name, wanted.name) && field.value == wanted.value;
  });
}

bool announces(const Fields& fields, const Condition& wanted) {
  bool named = false;
  for (const Field& field : fields) {
    if (!ascii_iequals(field.name, "access-control-request-headers")) continue;
    for_each_element(field.value, [&](std::string_view name) {
      named = named || ascii_iequals(name, wanted.name);
    });
  }
  return named;
}

}  // namespace

bool hold(const Conditions& conditions, const RequestParts& request) {
  const auto on_query = [&](const Condition& wanted) {
    return has_parameter(request.query, wanted);
  };
  const auto on_header = [&](const Condition& wanted) {
    if (request.fields == nullptr) return false;
    return request.preflight ? announces(*request.fields, wanted)
                             : has_field(*request.fields, wanted);
  };
  return std::all_of(conditions.headers.begin(), conditions.headers.end(), on_header) &&
         std::all_of(conditions.query.begin(), conditions.query.end(), on_query);
}

}  // namespace gateway::routing
