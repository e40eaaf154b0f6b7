#include "shared/policy/origin.h"

#include <algorithm>
#include <charconv>

#include "shared/base/ascii.h"
#include "shared/base/ip.h"
#include "shared/policy/field_syntax.h"

namespace gateway::policy {
namespace {

constexpr std::string_view kSchemeEnd = "://";

std::uint16_t default_port(std::string_view scheme) {
  if (ascii_iequals(scheme, "https") || ascii_iequals(scheme, "wss")) return 443;
  if (ascii_iequals(scheme, "http") || ascii_iequals(scheme, "ws")) return 80;
  return 0;
}

// RFC 3986 §3.1.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_ascii_alnum(text.front()) && !is_ascii_digit(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_ascii_alnum(c) || c == '+' || c == '-' || c == '.'; });
}

// Labels of letters, digits, "-" and "_"; a last dot is part of the name, as browsers have it.
bool is_host_name(std::string_view host) {
  char before = '.';
  for (const char c : host) {
    if (c == '.' ? before == '.' : !(is_ascii_alnum(c) || c == '-' || c == '_')) return false;
    before = c;
  }
  return !host.empty();
}

bool is_host(std::string_view host) {
  if (host.size() < 2 || host.front() != '[') return is_host_name(host);
  const std::string_view inside = host.substr(1, host.size() - 2);
  return host.back() == ']' && inside.find(':') != host.npos && parse_ip(inside).has_value();
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

std::optional<Origin> parse_authority(std::string_view scheme, std::string_view authority) {
  Origin origin{scheme, authority, default_port(scheme)};
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
  if (colon != authority.npos) {
    origin.host = authority.substr(0, colon);
    const auto port = parse_port(authority.substr(colon + 1));
    if (!port) return std::nullopt;
    origin.port = *port;
  }
  if (!is_host(origin.host)) return std::nullopt;
  return origin;
}

bool same(const Origin& a, const Origin& b) {
  return a.port == b.port && ascii_iequals(a.host, b.host) && ascii_iequals(a.scheme, b.scheme);
}

}  // namespace

std::optional<Origin> parse_origin(std::string_view text) {
  if (text.size() > kMaxOriginBytes) return std::nullopt;
  const std::size_t end = text.find(kSchemeEnd);
  if (end == text.npos || !is_scheme(text.substr(0, end))) return std::nullopt;
  return parse_authority(text.substr(0, end), text.substr(end + kSchemeEnd.size()));
}

std::optional<Origin> origin_of_url(std::string_view url) {
  const std::size_t scheme_end = url.find(kSchemeEnd);
  if (scheme_end == url.npos) return std::nullopt;
  return parse_origin(url.substr(0, url.find_first_of("/?#", scheme_end + kSchemeEnd.size())));
}

std::string_view serialize(const Origin& origin, OriginMemory& memory) {
  char* at = memory.data();
  const auto lower = [&at](std::string_view text) {
    at = std::transform(text.begin(), text.end(), at, ascii_lower);
  };
  lower(origin.scheme);
  lower(kSchemeEnd);
  lower(origin.host);
  if (origin.port != default_port(origin.scheme)) {
    *at++ = ':';
    at = std::to_chars(at, memory.data() + memory.size(), origin.port).ptr;
  }
  return {memory.data(), static_cast<std::size_t>(at - memory.data())};
}

bool is_own(const Origin& origin, const OwnSite& own) {
  // Most pages are of another host, which the first octets tell.
  if (!ascii_iequals(own.authority.substr(0, origin.host.size()), origin.host)) return false;
  const auto site = parse_authority(own.secure ? "https" : "http", own.authority);
  return site && same(origin, *site);
}

OriginField read_origin(const Fields& fields) {
  using Kind = OriginField::Kind;
  const LoneField field = lone_field(fields, FieldId::origin);
  if (!field) return {};
  if (field.repeated()) return {Kind::repeated, field.value, {}};
  if (field.value == "null") return {Kind::opaque, field.value, {}};
  const auto origin = parse_origin(field.value);
  if (!origin) return {Kind::malformed, field.value, {}};
  return {Kind::good, field.value, *origin};
}

}  // namespace gateway::policy
