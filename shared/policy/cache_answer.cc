#include "shared/policy/cache_answer.h"

#include <algorithm>

#include "shared/policy/http_date.h"

namespace gateway::policy {
namespace {

// Statuses that are understood well enough to be kept when the answer says for how long.
bool is_keepable(std::uint16_t status) {
  switch (status) {
    case 200:
    case 203:
    case 204:
    case 300:
    case 301:
    case 302:
    case 307:
    case 308:
    case 404:
    case 405:
    case 410:
    case 414:
    case 501:
      return true;
    default:
      return false;
  }
}

// Those that the route's ttl is for: what is missing today may be there tomorrow.
bool takes_ttl(std::uint16_t status) {
  return status == 200 || status == 203 || status == 300 || status == 301 || status == 308 ||
         status == 410;
}

bool varies_by_all(const Fields& fields) {
  bool all = false;
  for (const Field& field : fields) {
    if (field.id != FieldId::vary) continue;
    for_each_element(field.value, [&](std::string_view name) { all |= name == "*"; });
  }
  return all;
}

std::int64_t date_of(const Fields& fields, std::int64_t now) {
  const Field* date = find_field(fields, FieldId::date);
  return date == nullptr ? now : parse_http_date(date->value, now).value_or(now);
}

// Expires less Date; one that is no date, as "0", lies in the past (RFC 9111 §5.3).
std::optional<seconds> expires_lifetime(const Fields& fields, std::int64_t now) {
  const Field* expires = find_field(fields, "expires");
  if (expires == nullptr) return std::nullopt;
  const auto at = parse_http_date(expires->value, now);
  if (!at) return seconds(0);
  return std::clamp(seconds(*at - date_of(fields, now)), seconds(0), kLongestDelta);
}

struct Said {
  CacheControl control;
  std::optional<seconds> lifetime;
};

Said said_in(const Fields& fields, std::int64_t now) {
  Said said;
  const auto targeted = parse_targeted_cache_control(fields);
  said.control = targeted ? *targeted : parse_answer_cache_control(fields);
  said.lifetime = said.control.s_maxage ? said.control.s_maxage : said.control.max_age;
  if (!said.lifetime && !targeted) said.lifetime = expires_lifetime(fields, now);
  return said;
}

CacheTimes times_of(const CacheRules& rules, const Said& said, const CacheHead& head,
                    std::int64_t now) {
  const CacheControl& control = said.control;
  CacheTimes times;
  times.received = now;
  const Field* age = find_field(head.fields, FieldId::age);
  const seconds stated = age == nullptr ? seconds(0) : parse_delta(age->value).value_or(seconds(0));
  const std::int64_t apparent = std::max<std::int64_t>(0, now - date_of(head.fields, now));
  times.initial_age = std::max(apparent, (stated + head.delay).count());
  times.lifetime = said.lifetime ? said.lifetime->count() : rules.ttl->count();
  times.no_cache = control.no_cache;
  times.never_stale = control.must_revalidate || control.proxy_revalidate;
  // s-maxage alone also forbids the use of stale answers (RFC 9111 §5.2.2.10), but who states a
  // time for that beside it means that time.
  const bool defaults = !times.never_stale && !control.s_maxage;
  const auto chosen = [&](const std::optional<seconds>& stated_time, seconds fallback) {
    if (times.never_stale) return std::int64_t{0};
    return stated_time ? stated_time->count() : defaults ? fallback.count() : 0;
  };
  times.stale_while_revalidate =
      chosen(control.stale_while_revalidate, rules.stale_while_revalidate);
  times.stale_if_error = chosen(control.stale_if_error, rules.stale_if_error);
  times.never_stale |= control.s_maxage.has_value();
  return times;
}

const char* why_not(const CacheAsker& asker, const CacheHead& head, const Said& said,
                    const CacheRules& rules) {
  const CacheControl& control = said.control;
  if (asker.no_store) return "the request says no-store";
  if (control.no_store) return "the answer says no-store";
  if (control.is_private) return "the answer is private";
  if (!is_keepable(head.status)) return "answers with this status are not kept";
  if (find_field(head.fields, FieldId::set_cookie) != nullptr) return "the answer sets a cookie";
  if (varies_by_all(head.fields)) return "the answer varies by everything";
  const bool allowed = control.is_public || control.must_revalidate || control.s_maxage;
  if (asker.authorised && !allowed && !asker.told_apart) {
    return "the request had credentials and the answer does not allow keeping it";
  }
  if (said.lifetime) return nullptr;
  if (!rules.ttl || !takes_ttl(head.status)) return "the answer does not say how long it is fresh";
  if (asker.has_cookie && !asker.told_apart) {
    return "the request had cookies and the answer does not say how long it is fresh";
  }
  return nullptr;
}

}  // namespace

CacheAnswer judge_answer(const CacheRules& rules, const CacheAsker& asker, const CacheHead& head,
                         std::int64_t now) {
  CacheAnswer answer;
  const Said said = said_in(head.fields, now);
  if (const char* why = why_not(asker, head, said, rules)) {
    answer.why = why;
    return answer;
  }
  answer.times = times_of(rules, said, head, now);
  const CacheTimes& times = answer.times;
  const bool validator = find_field(head.fields, FieldId::etag) != nullptr ||
                         find_field(head.fields, "last-modified") != nullptr;
  const bool fresh = times.lifetime > times.initial_age && !times.no_cache;
  const bool useful_stale = times.stale_while_revalidate > 0 || times.stale_if_error > 0;
  answer.kept = fresh || validator || useful_stale;
  if (!answer.kept) answer.why = "the answer is stale and has no validator";
  return answer;
}

}  // namespace gateway::policy
