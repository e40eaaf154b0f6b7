#include "shared/policy/origin_set.h"

#include <algorithm>

#include "shared/base/ascii.h"
#include "shared/base/ip.h"
#include "shared/policy/field_syntax.h"

namespace gateway::policy {
namespace {

constexpr std::string_view kStar = "://*.";

// "https://*.a.example" without its "*.", or the text itself.
std::string without_star(std::string_view text) {
  std::string plain(text);
  const std::size_t at = plain.find(kStar);
  if (at != plain.npos) plain.erase(at + 3, 2);
  return plain;
}

// What URL parsers take for an IPv4 address, in one of its many spellings (URL standard, "ends in a
// number checker").
bool ends_in_number(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !last.empty() && std::all_of(last.begin(), last.end(), is_ascii_digit);
}

// Browsers send IPv6 in its shortest form; any other would never be equal to what they send.
const char* ipv6_fault(std::string_view host) {
  const auto address = parse_ip(host.substr(1, host.size() - 2));
  if (!address || address->is_v4() ||
      !ascii_iequals(to_string(*address), host.substr(1, host.size() - 2))) {
    return "write an IPv6 address in its shortest form, as \"http://[2001:db8::1]\"";
  }
  return nullptr;
}

const char* plain_fault(std::string_view text) {
  if (text.find('*') != text.npos) {
    return "\"*\" stands alone, or for the labels in front, as in \"https://*.a.example\"";
  }
  if (text.find("://") == text.npos) return "an origin starts with its scheme, as \"https://\"";
  const auto origin = parse_origin(text);
  if (!origin && origin_of_url(text)) {
    return "an origin ends after host and port: no path, not even a last \"/\"";
  }
  if (!origin) return "an origin is scheme, host and maybe a port, as \"https://a.example:8443\"";
  return origin->host.front() == '[' ? ipv6_fault(origin->host) : nullptr;
}

}  // namespace

const char* OriginSet::fault(std::string_view text) {
  if (text == "null") return "any page can make itself send \"null\": it names nobody";
  const std::string plain = without_star(text);
  if (const char* why = plain_fault(plain)) return why;
  if (plain.size() == text.size()) return nullptr;
  const auto origin = parse_origin(plain);
  if (origin->host.front() == '[' || ends_in_number(origin->host)) {
    return "an IP address has no subdomains";
  }
  return nullptr;
}

void OriginSet::add(std::string_view text) {
  if (fault(text) != nullptr) return;
  const std::string plain = without_star(text);
  const auto origin = parse_origin(plain);
  if (plain.size() != text.size()) {
    below_.push_back({std::string(origin->scheme), '.' + std::string(origin->host), origin->port});
    return;
  }
  OriginMemory memory;
  const std::string_view exact = serialize(*origin, memory);
  exact_.emplace(std::lower_bound(exact_.begin(), exact_.end(), exact), exact);
}

bool OriginSet::contains(const Origin& origin) const {
  OriginMemory memory;
  if (std::binary_search(exact_.begin(), exact_.end(), serialize(origin, memory))) return true;
  return std::any_of(below_.begin(), below_.end(), [&origin](const Below& below) {
    return origin.port == below.port && origin.host.size() > below.suffix.size() &&
           ascii_iequals(origin.host.substr(origin.host.size() - below.suffix.size()),
                         below.suffix) &&
           ascii_iequals(origin.scheme, below.scheme);
  });
}

bool OriginSet::contains(const OriginField& field) const {
  return std::binary_search(exact_.begin(), exact_.end(), field.text) || contains(field.origin);
}

}  // namespace gateway::policy
