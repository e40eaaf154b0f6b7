#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/fields.h"

namespace gateway::policy {

// Longest origin that is looked at: a scheme, the longest host name of the DNS and a port fit.
inline constexpr std::size_t kMaxOriginBytes = 300;

// Scheme, host and port, as what a browser calls the origin of a page (RFC 6454 §6.1, HTML
// "serialization of an origin"). The views point into the text it was read from.
struct Origin {
  std::string_view scheme;
  std::string_view host;   // a name, IPv4, or IPv6 in brackets; its case as given
  std::uint16_t port = 0;  // the scheme's default when none is given; 0: the scheme has no default
};

// "https://a.example:8443" and nothing behind it. Nothing for "null", a path, user info, an empty
// label, a character that no host name has (international names are in their xn-- form here), port
// 0, or more than kMaxOriginBytes.
std::optional<Origin> parse_origin(std::string_view text);
// The origin of an absolute URL, as a Referer holds it: what stands before its path, query or
// fragment. User info is refused.
std::optional<Origin> origin_of_url(std::string_view url);

// The one form of an origin: lower case, no default port. The result stands in `memory`.
using OriginMemory = std::array<char, kMaxOriginBytes + 8>;
std::string_view serialize(const Origin& origin, OriginMemory& memory);

// Scheme and authority under which the client asked: what a page of the gateway's own has as its
// origin. Without an authority (HTTP/1.0) nothing is of the own origin.
struct OwnSite {
  bool secure = false;
  std::string_view authority;  // host, maybe with a port
};

bool is_own(const Origin& origin, const OwnSite& own);

// The request's Origin field. A page whose origin is opaque (sandboxed, a data: URL, redirected
// across origins) sends "null".
struct OriginField {
  enum class Kind : std::uint8_t { absent, good, opaque, malformed, repeated };
  Kind kind = Kind::absent;
  std::string_view text;  // as sent; safe to be sent back when good
  Origin origin;          // when good
};

OriginField read_origin(const Fields& fields);

}  // namespace gateway::policy
