#include <algorithm>

#include "shared/base/decider.h"
#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/params.h"
#include "shared/control/queries.h"

namespace gateway::control {
namespace {

using nlohmann::json;
using Filter = store::SecurityFilter;

constexpr Param<Filter> kParams[] = {
    {"since", [](const auto& t, Filter& f) { return assign(parse_rfc3339(t), f.since); },
     kTakesTime},
    {"until", [](const auto& t, Filter& f) { return assign(parse_rfc3339(t), f.until); },
     kTakesTime},
    {"kind", [](const auto& t, Filter& f) { return parse_kind(t, f); },
     "a kind of event (threat, rate-limited, unauthenticated)"},
    {"rule", [](const auto& t, Filter& f) { return assign_text(t, f.rule); }, kTakesText},
    {"action", [](const auto& t, Filter& f) { return parse_action(t, f); }, "blocked or observed"},
    {"route", [](const auto& t, Filter& f) { return assign_text(t, f.route); }, kTakesText},
    {"user", [](const auto& t, Filter& f) { return assign_text(t, f.user); }, kTakesText},
    {"client", [](const auto& t, Filter& f) { return assign_text(t, f.client); }, kTakesText},
    {"text", [](const auto& t, Filter& f) { return assign_text(t, f.text); }, kTakesText},
    {"id", [](const auto& t, Filter& f) { return assign(parse_uuid(t), f.id); }, "a request id"},
    {"before",
     [](const auto& t, Filter& f) { return assign(parse_number<std::int64_t>(t), f.before); },
     kTakesRow},
    {"after",
     [](const auto& t, Filter& f) { return assign(parse_number<std::int64_t>(t), f.after); },
     kTakesRow},
    {"limit", [](const auto& t, Filter& f) { return assign_limit(t, kLogPageRows, f.limit); },
     "1 to 1000"},
};

}  // namespace

std::vector<ParamText> security_param_texts() {
  return texts_of(kParams);
}

namespace {

store::SecurityLogRow row_from(const json& in) {
  store::SecurityLogRow row;
  std::string id;
  std::string action;
  read_field(in, "seq", row.seq);
  read_field(in, "id", id);
  row.id = parse_uuid(id);
  read_time(in, "time", row.time);
  read_field(in, "kind", row.kind);
  read_field(in, "rule", row.rule);
  read_field(in, "action", action);
  if (action == name_of(store::SecurityAction::observed)) {
    row.action = store::SecurityAction::observed;
  }
  read_field(in, "count", row.count);
  read_field(in, "client", row.client);
  read_field(in, "user", row.user);
  read_field(in, "method", row.method);
  read_field(in, "host", row.host);
  read_field(in, "path", row.path);
  read_field(in, "route", row.route);
  read_field(in, "detail", row.detail);
  return row;
}

}  // namespace

bool parse_action(std::string_view text, store::SecurityFilter& filter) {
  for (const auto action : {store::SecurityAction::blocked, store::SecurityAction::observed}) {
    if (text == store::name_of(action)) return filter.action = action, true;
  }
  return false;
}

bool parse_kind(std::string_view text, store::SecurityFilter& filter) {
  const auto known = all_deciders();
  if (std::none_of(known.begin(), known.end(),
                   [&](const DeciderInfo& decider) { return decider.name == text; })) {
    return false;
  }
  filter.kind = text;
  return true;
}

Params to_params(const store::SecurityFilter& filter) {
  Params params;
  const auto text = [&](const char* name, std::string_view value) {
    if (!value.empty()) params.emplace_back(name, value);
  };
  if (filter.since) params.emplace_back("since", format_rfc3339(*filter.since));
  if (filter.until) params.emplace_back("until", format_rfc3339(*filter.until));
  text("kind", filter.kind);
  text("rule", filter.rule);
  if (filter.action) text("action", store::name_of(*filter.action));
  text("route", filter.route);
  text("user", filter.user);
  text("client", filter.client);
  text("text", filter.text);
  if (filter.id) params.emplace_back("id", to_string(*filter.id));
  if (filter.before) params.emplace_back("before", std::to_string(*filter.before));
  if (filter.after) params.emplace_back("after", std::to_string(*filter.after));
  params.emplace_back("limit", std::to_string(std::min(filter.limit, kLogPageRows)));
  return params;
}

Result<store::SecurityFilter, ParamError> parse_security_filter(const Params& params) {
  store::SecurityFilter filter;
  if (auto wrong = read_all(params, kParams, filter)) return *wrong;
  if (filter.before && filter.after) {
    return ParamError{"the parameters before and after exclude each other"};
  }
  return filter;
}

json to_document(const store::SecurityLogRow& row) {
  return {{"format", kFormat},
          {"seq", row.seq},
          {"id", row.id ? json(to_string(*row.id)) : json(nullptr)},
          {"time", format_rfc3339(row.time)},
          {"kind", row.kind},
          {"rule", row.rule},
          {"action", store::name_of(row.action)},
          {"count", row.count},
          {"client", row.client},
          {"user", row.user},
          {"method", row.method},
          {"host", row.host},
          {"path", row.path},
          {"route", row.route},
          {"detail", row.detail}};
}

json to_document(const store::SecurityPage& page) {
  json rows = json::array();
  for (const auto& row : page.rows) {
    rows.push_back(to_document(row));
    rows.back().erase("format");  // the page says it
  }
  return {{"format", kFormat},
          {"rows", std::move(rows)},
          {"cursor", page.cursor},
          {"newest", page.newest},
          {"complete", page.complete}};
}

store::SecurityPage security_page_from(const json& document) {
  store::SecurityPage page;
  for (const auto& row : document.value("rows", json::array())) page.rows.push_back(row_from(row));
  read_field(document, "cursor", page.cursor);
  read_field(document, "newest", page.newest);
  read_field(document, "complete", page.complete);
  return page;
}

}  // namespace gateway::control
