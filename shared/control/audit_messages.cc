#include "shared/control/audit_messages.h"

#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/params.h"

namespace gateway::control {
namespace {

using nlohmann::json;
using Filter = store::AuditFilter;

bool assign_time(const std::string& text, UnixMicros& out) {
  const auto time = parse_rfc3339(text);
  out = time.value_or(0);
  return time.has_value();
}

constexpr Param<Filter> kParams[] = {
    {"since", [](const auto& t, Filter& f) { return assign_time(t, f.since); }, kTakesTime},
    {"until", [](const auto& t, Filter& f) { return assign_time(t, f.until); }, kTakesTime},
    {"by", [](const auto& t, Filter& f) { return assign_text(t, f.by); }, kTakesText},
    {"before",
     [](const auto& t, Filter& f) {
       const auto id = parse_number<std::int64_t>(t);
       f.before = id.value_or(0);
       return f.before > 0;
     },
     "the id of an entry"},
    {"limit",
     [](const auto& t, Filter& f) { return assign_limit(t, store::kMaxAuditPage, f.limit); },
     "1 to 500"},
};

json document_of(const store::AuditEntry& entry) {
  return {{"id", entry.id},           {"time", format_rfc3339(entry.time)},
          {"by", entry.by},           {"role", entry.role},
          {"address", entry.address}, {"method", entry.method},
          {"path", entry.path},       {"status", entry.status},
          {"detail", entry.detail},   {"revision", entry.revision}};
}

void read_entry(const json& in, store::AuditEntry& entry) {
  read_field(in, "id", entry.id);
  read_time(in, "time", entry.time);
  read_field(in, "by", entry.by);
  read_field(in, "role", entry.role);
  read_field(in, "address", entry.address);
  read_field(in, "method", entry.method);
  read_field(in, "path", entry.path);
  read_field(in, "status", entry.status);
  read_field(in, "detail", entry.detail);
  read_field(in, "revision", entry.revision);
}

}  // namespace

Result<store::AuditFilter, ParamError> parse_audit_filter(const Params& params) {
  Filter filter;
  if (auto wrong = read_all(params, kParams, filter)) return *wrong;
  return filter;
}

Params to_params(const store::AuditFilter& filter) {
  Params params{{"limit", std::to_string(filter.limit)}};
  if (filter.since > 0) params.emplace_back("since", format_rfc3339(filter.since));
  if (filter.until > 0) params.emplace_back("until", format_rfc3339(filter.until));
  if (!filter.by.empty()) params.emplace_back("by", filter.by);
  if (filter.before > 0) params.emplace_back("before", std::to_string(filter.before));
  return params;
}

std::vector<ParamText> audit_param_texts() {
  return texts_of(kParams);
}

void to_json(json& out, const AuditList& list) {
  json entries = json::array();
  for (const store::AuditEntry& entry : list.entries) entries.push_back(document_of(entry));
  out = {{"format", kFormat}, {"entries", std::move(entries)}};
}

void from_json(const json& in, AuditList& list) {
  for (const json& entry : in.value("entries", json::array())) {
    read_entry(entry, list.entries.emplace_back());
  }
}

}  // namespace gateway::control
