#include "shared/policy/introspection.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "shared/base/ascii.h"
#include "shared/base/base64.h"
#include "shared/policy/sha256.h"

namespace gateway::policy {
namespace {

using Kind = IntrospectionAnswer::Kind;

UnixMicros micros(milliseconds duration) {
  return std::chrono::duration_cast<microseconds>(duration).count();
}

constexpr std::string_view kHex = "0123456789ABCDEF";

// application/x-www-form-urlencoded, every octet escaped that is not unreserved (RFC 3986 §2.3).
void append_form_encoded(std::string_view text, std::string& out) {
  for (const char c : text) {
    const char lower = static_cast<char>(c | 0x20);
    if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
        c == '_' || c == '~') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 0x0F]);
  }
}

std::string user_of(const ClaimSet& claims, std::string_view token) {
  for (const std::string* name :
       {&claims.subject, &claims.username, &claims.client_id, &claims.azp}) {
    if (!name->empty()) return *name;
  }
  std::string user = "token-";
  const Sha256 digest = sha256({token});
  for (std::size_t i = 0; i < 8; ++i) {
    user.append(1, kHex[digest[i] >> 4]).append(1, kHex[digest[i] & 0x0F]);
  }
  return user;
}

char first(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? '\0' : text[at];
}

IntrospectionAnswer unusable(const char* detail) {
  return {Kind::unusable, nullptr, detail};
}

IntrospectionAnswer inactive() {
  return {Kind::inactive, nullptr, kInactiveToken};
}

}  // namespace

IntrospectionRules::IntrospectionRules(const config::Introspection& ask,
                                       std::string_view client_secret, ClaimNames names)
    : protocol_(ask.protocol), path_(ask.path), names_(std::move(names)) {
  if (ask.client_id.empty()) return;
  std::string pair;
  append_form_encoded(ask.client_id, pair);
  pair += ':';
  append_form_encoded(client_secret, pair);
  authorization_ = "Basic " + encode_base64(Base64::standard, pair);
}

IntrospectionQuestion IntrospectionRules::question(std::string_view token) const {
  IntrospectionQuestion question;
  question.target = path_;
  if (protocol_ == Protocol::validate) {
    question.method = "GET";
    question.authorization.append("Bearer ").append(token);
    return question;
  }
  question.method = "POST";
  question.authorization = authorization_;
  question.content_type = "application/x-www-form-urlencoded";
  question.body = "token=";
  append_form_encoded(token, question.body);
  question.body += "&token_type_hint=access_token";
  return question;
}

IntrospectionAnswer IntrospectionRules::read(int status, std::string_view body,
                                             std::string_view token, UnixMicros now) const {
  const bool rfc7662 = protocol_ == Protocol::rfc7662;
  if (!rfc7662 && (status == 401 || status == 403)) return inactive();
  if (rfc7662 ? status != 200 : status / 100 != 2) {
    return unusable("the auth service answered with another status than it should");
  }
  if (body.size() > kMaxIntrospectionAnswer) {
    return unusable("the answer of the auth service is too long");
  }
  ClaimSet claims;
  if (const char* why = read_claims(body, names_, claims)) {
    // A word or a page of HTML tells no more than the status does; what begins as an object was
    // meant to tell something, and half an answer is none.
    if (rfc7662 || first(body) == '{') return unusable(why);
    if (trim_ows(body) == "false") return inactive();
    claims = {};
  }
  if (rfc7662 && !claims.active) return unusable("the auth service does not say \"active\"");
  if (!claims.active.value_or(true)) return inactive();
  if ((claims.expires && now >= *claims.expires) ||
      (claims.not_before && now < *claims.not_before)) {
    return inactive();
  }
  std::string user = user_of(claims, token);
  const UnixMicros expires = claims.expires.value_or(0);
  return {Kind::active, make_identity(std::move(user), "introspect", expires, std::move(claims)),
          ""};
}

IntrospectionCache::IntrospectionCache(std::size_t capacity, milliseconds fresh_for,
                                       bool last_known)
    : known_(capacity),
      inactive_(std::min(capacity, kMostInactive)),
      fresh_for_(micros(fresh_for)),
      keep_for_(fresh_for_ + (last_known ? micros(kLastKnownFor) : 0)) {}

std::shared_ptr<const Identity> IntrospectionCache::fresh(std::string_view token, UnixMicros now) {
  const KnownIdentity* known = known_.find(token, now);
  return known != nullptr && now < known->fresh_until ? known->identity : nullptr;
}

std::shared_ptr<const Identity> IntrospectionCache::last_known(std::string_view token,
                                                               UnixMicros now) {
  const KnownIdentity* known = known_.find(token, now);
  return known == nullptr ? nullptr : known->identity;
}

bool IntrospectionCache::is_inactive(std::string_view token, UnixMicros now) {
  return inactive_.find(token, now) != nullptr;
}

void IntrospectionCache::learn(std::string_view token, const IntrospectionAnswer& answer,
                               UnixMicros now) {
  if (answer.kind == Kind::inactive) {
    const UnixMicros end = now + std::min(fresh_for_, micros(kInactiveFor));
    known_.erase(token);
    if (end > now) inactive_.insert(token, {nullptr, end, end});
  }
  if (answer.kind != Kind::active) return;
  const UnixMicros end = answer.identity->expires == 0 ? std::numeric_limits<UnixMicros>::max()
                                                       : answer.identity->expires;
  known_.insert(token,
                {answer.identity, std::min(now + fresh_for_, end), std::min(now + keep_for_, end)});
}

}  // namespace gateway::policy
