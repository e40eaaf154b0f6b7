#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/fields.h"
#include "shared/config/policies.h"
#include "shared/policy/origin.h"
#include "shared/policy/origin_set.h"

namespace gateway::policy {

struct CsrfVerdict {
  enum class Kind : std::uint8_t {
    not_needed,  // off, a safe method, or nothing that a browser adds by itself
    passed,
    refused,  // Decider::csrf
  };
  Kind kind = Kind::not_needed;
  const char* why = "";  // a static sentence: what decided
};

// Against requests that another site makes a user's browser send. Looked at are unsafe methods (all
// but GET, HEAD, OPTIONS, TRACE) that carry what browsers add unasked: Cookie, or Authorization
// with Basic, Digest, Negotiate or NTLM. A Bearer token or a key in a field was put there by a page
// on purpose, and no other site can do so without a preflight.
//
// Who made the request is told by the first of these that is there:
// - Sec-Fetch-Site, which no page can set: same-origin and none (the user's own doing) pass;
//   same-site and cross-site need an Origin that the route's CORS rules name; other values tell
//   nothing
// - Origin, then Referer: the request's own scheme and authority, or named by the CORS rules;
//   "null", malformed or repeated: refused
// Without any of them the request is refused, as OWASP advises: browsers send one with each unsafe
// request to another site. A client that is no browser can add an Origin, or use a token instead of
// cookies.
//
// CsrfMode::token asks in addition for a double-submit token: cookie and field of the configured
// names, there once each, not empty, and equal (compared in constant time). The application sets
// the cookie.
//
// Built once a snapshot, const afterwards.
class CsrfRules {
 public:
  // `trusted`: what the route's CORS rules name, or nullptr; must outlive this.
  CsrfRules(config::CsrfMode mode, const config::Security& names, const OriginSet* trusted);

  CsrfVerdict decide(std::string_view method, const Fields& fields, const OwnSite& own) const;

 private:
  CsrfVerdict judge_source(const Fields& fields, const OwnSite& own) const;
  CsrfVerdict judge_token(const Fields& fields) const;
  bool trusts(const Origin& origin, const OwnSite& own) const;
  bool names(const Origin& origin) const;

  config::CsrfMode mode_;
  std::string cookie_;
  std::string header_;
  const OriginSet* trusted_;
};

}  // namespace gateway::policy
