#include "shared/policy/csrf.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "shared/base/ascii.h"
#include "shared/policy/cookies.h"
#include "shared/policy/field_syntax.h"

namespace gateway::policy {
namespace {

using Kind = CsrfVerdict::Kind;

constexpr std::array<std::string_view, 4> kSafe = {"GET", "HEAD", "OPTIONS", "TRACE"};
// Schemes whose credentials a browser remembers and sends by itself.
constexpr std::array<std::string_view, 4> kRemembered = {"basic", "digest", "negotiate", "ntlm"};

bool is_remembered(std::string_view authorization) {
  const std::string_view scheme = authorization.substr(0, authorization.find(' '));
  return std::any_of(kRemembered.begin(), kRemembered.end(),
                     [scheme](std::string_view known) { return ascii_iequals(scheme, known); });
}

bool carries_credentials(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const Field& field) {
    return field.id == FieldId::cookie ||
           (field.id == FieldId::authorization && is_remembered(field.value));
  });
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

CsrfRules::CsrfRules(config::CsrfMode mode, const config::Security& names, const OriginSet* trusted)
    : mode_(mode), cookie_(names.csrf_cookie), header_(names.csrf_header), trusted_(trusted) {}

CsrfVerdict CsrfRules::decide(std::string_view method, const Fields& fields,
                              const OwnSite& own) const {
  if (mode_ == config::CsrfMode::off) return {};
  if (std::find(kSafe.begin(), kSafe.end(), method) != kSafe.end()) return {};
  if (!carries_credentials(fields)) return {};
  const CsrfVerdict source = judge_source(fields, own);
  if (source.kind == Kind::refused || mode_ == config::CsrfMode::origin) return source;
  return judge_token(fields);
}

CsrfVerdict CsrfRules::judge_source(const Fields& fields, const OwnSite& own) const {
  const LoneField site = lone_field(fields, "sec-fetch-site");
  const OriginField origin = read_origin(fields);
  if (site.repeated()) return {Kind::refused, "Sec-Fetch-Site stands more than once"};
  if (site.value == "same-origin") return {Kind::passed, "Sec-Fetch-Site says same-origin"};
  if (site.value == "none") return {Kind::passed, "Sec-Fetch-Site says that the user asked"};
  if (site.value == "same-site" || site.value == "cross-site") {
    if (origin.kind == OriginField::Kind::good && names(origin.origin)) {
      return {Kind::passed, "another site, but one that the CORS rules name"};
    }
    return {Kind::refused, "Sec-Fetch-Site says that another site made the request"};
  }
  if (origin.kind == OriginField::Kind::good) {
    if (trusts(origin.origin, own)) return {Kind::passed, "Origin is the own or an allowed one"};
    return {Kind::refused, "Origin is another site"};
  }
  if (origin.kind != OriginField::Kind::absent) {
    return {Kind::refused, "Origin names no site"};
  }
  const LoneField referer = lone_field(fields, "referer");
  if (!referer) {
    return {Kind::refused, "neither Sec-Fetch-Site nor Origin nor Referer tells who asks"};
  }
  const auto page = referer.repeated() ? std::nullopt : origin_of_url(referer.value);
  if (!page) return {Kind::refused, "Referer names no site"};
  if (!trusts(*page, own)) return {Kind::refused, "Referer is another site"};
  return {Kind::passed, "Referer is the own or an allowed site"};
}

CsrfVerdict CsrfRules::judge_token(const Fields& fields) const {
  const Cookie cookie = find_cookie(fields, cookie_);
  const LoneField header = lone_field(fields, header_);
  if (!cookie || cookie.value.empty()) return {Kind::refused, "the token's cookie is missing"};
  if (cookie.repeated()) return {Kind::refused, "the token's cookie stands more than once"};
  if (!header || header.value.empty()) return {Kind::refused, "the token's field is missing"};
  if (header.repeated()) return {Kind::refused, "the token's field stands more than once"};
  if (!equal_in_constant_time(cookie.value, header.value)) {
    return {Kind::refused, "the token's field differs from its cookie"};
  }
  return {Kind::passed, "the token's field is equal to its cookie"};
}

bool CsrfRules::names(const Origin& origin) const {
  return trusted_ != nullptr && trusted_->contains(origin);
}

bool CsrfRules::trusts(const Origin& origin, const OwnSite& own) const {
  return is_own(origin, own) || names(origin);
}

}  // namespace gateway::policy
