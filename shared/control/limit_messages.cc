#include "shared/control/limit_messages.h"

#include "shared/base/units.h"
#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/params.h"

namespace gateway::control {
namespace {

using nlohmann::json;

constexpr Param<LimitSubject> kSubjectParams[] = {
    {"client",
     [](const std::string& text, LimitSubject& subject) {
       return assign(parse_ip(text), subject.client);
     },
     "an IP address"},
    {"user",
     [](const std::string& text, LimitSubject& subject) { return assign_text(text, subject.user); },
     kTakesText},
};

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

}  // namespace

Result<LimitSubject, ParamError> parse_limit_subject(const Params& params) {
  LimitSubject subject;
  if (auto wrong = read_all(params, kSubjectParams, subject)) return *wrong;
  return subject;
}

std::vector<ParamText> limit_subject_texts() {
  return texts_of(kSubjectParams);
}

void to_json(json& out, const LimitUsage& usage) {
  json rules = json::array();
  for (const LimitRuleUsage& rule : usage.rules) {
    rules.push_back(
        {{"name", rule.name},
         {"key", rule.key},
         {"limit", rule.limit},
         {"window", format_duration(rule.window)},
         {"algorithm", rule.algorithm},
         {"mode", rule.mode},
         {"in_force_percent", rule.in_force_percent},
         {"refused", rule.refused},
         {"observed", rule.observed},
         {"used", or_null(rule.used)},
         {"remaining", or_null(rule.remaining)},
         {"resets_at", rule.resets_at ? json(format_rfc3339(*rule.resets_at)) : json(nullptr)}});
  }
  out = {{"format", kFormat},
         {"rules", std::move(rules)},
         {"counters", usage.counters},
         {"capacity", usage.capacity}};
}

}  // namespace gateway::control
